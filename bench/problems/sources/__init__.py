"""Sources: how the data of a problem come to be."""
