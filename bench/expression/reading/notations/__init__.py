"""Other notations than one of signs between operands: prefix words, Lisp, engines' own names."""
