"""Reading: from the text that people and engines write to an expression."""
