"""The forms of an expression that the judge looks at, and what each of its numbers may do."""
