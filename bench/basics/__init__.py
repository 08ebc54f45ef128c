"""Basics: what every room uses. These files know no room."""
