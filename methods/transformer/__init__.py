"""Amortised symbolic regression: a network that has seen many functions guesses the next one."""

from methods.transformer.method import Prior, Transformer

__all__ = ["Prior", "Transformer"]
