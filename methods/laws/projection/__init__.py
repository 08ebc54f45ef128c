"""Sums of terms that hold constants of their own, found by projecting the target on them."""
