"""Methods that take systems themselves."""
