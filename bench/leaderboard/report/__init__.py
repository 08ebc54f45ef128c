"""A results folder as one HTML page that needs nothing else, and as pictures for papers."""
