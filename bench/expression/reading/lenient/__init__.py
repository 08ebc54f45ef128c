"""Reading what is not written in the strict grammar: text to the tokens of that grammar."""
