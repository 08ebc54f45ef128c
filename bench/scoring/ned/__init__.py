"""SRSD's normalised edit distance (Matsubara et al. 2024, arXiv:2206.10540)."""
