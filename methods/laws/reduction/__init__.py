"""Problems of fewer variables that a problem is made of, found on the data."""
