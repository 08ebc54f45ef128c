"""Is a results folder what it was? Digests, data, verdicts and the table, looked at again."""
