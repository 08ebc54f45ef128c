"""What a results folder holds, in columns: what the verbs that look at results read."""
