"""The sandbox: what runs somebody's method, watches it, and leaves nothing of it alive."""

from pathlib import Path

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
"""Starts a template or a worker in any interpreter."""
