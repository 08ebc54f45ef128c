"""Compiled evaluation: values, derivatives and the one least-squares optimiser."""
