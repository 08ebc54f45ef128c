"""SNIP: two encoders that agree on what a formula and its data are, and a search in their space."""

from methods.snip.method import Snip

__all__ = ["Snip"]
