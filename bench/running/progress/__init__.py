"""Progress: what a person sees of a benchmark under way."""
