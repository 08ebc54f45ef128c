"""Verbs that make and judge results."""
