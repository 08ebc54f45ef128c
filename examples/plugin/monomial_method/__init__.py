"""A package that brings one method; it imports nothing, so that listing methods stays quick."""
