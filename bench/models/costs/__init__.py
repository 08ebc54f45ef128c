"""What asking a language model costs: prices of tokens, and estimates beforehand."""
