"""The kind ``table``: one expression y = f(X), from rows of numbers."""
