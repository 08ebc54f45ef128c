"""Operon: genetic programming in C++ (Burlacu, Kronberger, Kommenda, GECCO 2020)."""

from methods.operon.method import Operon

__all__ = ["Operon"]
