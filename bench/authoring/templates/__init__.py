"""What ``rediscover new`` copies: a small method that works, and its test."""
