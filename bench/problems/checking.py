"""Data looked at before anything runs: a bad cell in a file is no method's failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.basics.files import in_one_line
from bench.problems.problem import Problem


class BadData(ValueError):
    """The data of ``problem`` cannot be used: file, row and column, and what is wrong."""

    def __init__(self, problem: Problem, fault: str) -> None:
        super().__init__(fault)
        self.problem = problem


def check_data(
    problems: Sequence[Problem], on_progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Look through the data of all problems that lie in files, block by block.

    What was found good is known by the files' content from then on. ``on_progress`` is told how
    many of how many are looked through. Raises BadData at the first that is not.
    """
    for done, problem in enumerate(problems, start=1):
        try:
            problem.check()
        except OSError as error:
            raise BadData(problem, in_one_line(error)) from error
        except ValueError as error:
            raise BadData(problem, str(error)) from error
        on_progress(done, len(problems))
