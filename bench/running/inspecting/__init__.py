"""Inspecting: what planning asks of a method's class, behind walls where others wrote it."""
