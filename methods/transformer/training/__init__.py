"""Training: batches, the loop, what is recovered meanwhile, and what ships in the end."""
