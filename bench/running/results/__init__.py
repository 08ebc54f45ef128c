"""Results: the plan, the records and the scorecards of an experiment, on disk."""
