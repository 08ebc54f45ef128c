"""The judge's search for constants that make a prediction the law, and what confirms them."""
