"""Formats: other people's files and folders, in and out. Nothing in them is executed."""
