"""Programs become expressions: Python source, read by its syntax tree and a list of what may occur.

Nothing of a program is ever executed. See ``from_program``.
"""

from __future__ import annotations

from bench.models.programs.guards import without_guards
from bench.models.programs.refusals import ProgramError
from bench.models.programs.translation import Translation, from_program

__all__ = ["ProgramError", "Translation", "from_program", "without_guards"]
