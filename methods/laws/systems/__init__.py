"""Laws of systems under noise: searched for along trajectories, and never by derivatives."""
