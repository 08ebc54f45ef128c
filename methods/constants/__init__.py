"""Methods for numbers and for sets of continued fractions: integer relations, and measures."""
