"""Numbers whose closed forms are to be found, and continued fractions that have them for limits."""
