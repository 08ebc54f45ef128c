"""Solving an answer along trajectories: integrating it, and fitting its constants so."""
