"""Whether the data of a problem can tell its law from others."""
