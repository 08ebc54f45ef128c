"""Other people's contracts: what was written for another benchmark, run as it is.

Each adapter is a method like any other, whose settings say where the foreign code lies. That code
is imported by workers alone, inside their walls.
"""
