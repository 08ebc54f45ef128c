"""What the methods that ask a language model share: describing, asking, reading, fitting."""
