"""What the runs of a benchmark say about problems like its own: intervals, tests, ranks."""
