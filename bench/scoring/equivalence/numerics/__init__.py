"""The judge's numbers: points, values beyond float64, and what sums and slopes say."""
