"""Watching a run: its supervisor's part, from the request to the outcome."""
