"""What networks share: layers, checkpoints, and the course of a training."""
