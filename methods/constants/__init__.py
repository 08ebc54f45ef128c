"""Methods for numbers: integer relations, and measures of continued fractions."""
