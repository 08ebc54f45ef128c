"""Verbs that look: they change nothing."""
