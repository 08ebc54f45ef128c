"""Archives: a results folder in one file that others verify and merge."""
