"""PROSE: a network that reads a trajectory and a guess, and writes what comes and the law."""

from methods.prose.method import Prose

__all__ = ["Prose"]
