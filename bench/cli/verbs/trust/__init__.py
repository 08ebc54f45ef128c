"""Verbs by which others can believe a table."""
