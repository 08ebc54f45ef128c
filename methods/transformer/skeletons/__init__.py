"""Skeletons: the vocabulary, what may be said in it, their identities, and where they come from."""
