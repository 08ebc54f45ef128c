"""Verbs for those who write methods."""
