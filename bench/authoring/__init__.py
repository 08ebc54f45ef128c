"""For authors of methods: a working method to start from, and the contract held against theirs."""
