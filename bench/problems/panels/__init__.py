"""Panels: fields over days and assets, and what the assets return afterwards."""
