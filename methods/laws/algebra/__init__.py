"""Laws that linear algebra finds out of a library of small expressions."""
