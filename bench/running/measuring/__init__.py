"""Measuring: what a run's processes use, and what the machine kept from them."""
