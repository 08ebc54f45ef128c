"""Methods for functions that may be asked."""
