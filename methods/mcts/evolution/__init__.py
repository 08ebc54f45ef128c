"""Genetic search over rows of tokens."""
