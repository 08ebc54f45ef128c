"""What stands round an expression, and is no part of it."""
