"""Dynamical systems: trajectories, problems whose law is one rate for each state, their solver."""
