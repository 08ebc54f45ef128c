"""Engines that others wrote, run as they are: each is an extra, and none is imported by itself."""
