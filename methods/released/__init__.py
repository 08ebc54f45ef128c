"""Networks that others released: NeSymReS and E2E, from weights that a user has converted."""

from methods.released.method import E2E, NeSymReS

__all__ = ["E2E", "NeSymReS"]
