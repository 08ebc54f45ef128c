"""Any program as a method: R, Julia, C++, a shell script.

The program finds the training data as CSV and its budget in the environment, and prints
expressions on standard output, one a line, the best one last. The time of every line is kept:
that is its curve of quality over time. A line may give a loss behind a tab; lines that begin
with ``#`` are ignored. Standard error goes to the run's log.
"""

from __future__ import annotations

import csv
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import Candidate, Discovery, Task


@dataclass(frozen=True)
class Command:
    """Runs ``program``, a list of words; no shell comes between.

    In a word, ``{data}`` stands for the path of the CSV file, whose first line names the columns
    and whose last column is the target. The environment holds REDISCOVER_DATA, _TARGET, _SEED,
    _SECONDS, _EVALUATIONS (empty: no limit), _THREADS and _MEMORY_MB.

    The program's file and the files among its words count as the method's code: where one of them
    has changed, its runs are stale. What these files read in turn is not seen.
    """

    program: tuple[str, ...]

    def discover(self, task: Task) -> Discovery:
        """The last expression the program prints, all of them as the front.

        Raises RuntimeError where it cannot be started, ends with another exit code than 0 or
        prints no expression.
        """
        if not self.program:
            raise RuntimeError("method.command.program is empty; give it the words of a command")
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "train.csv"
            _write_csv(task, data)
            front = tuple(self._run(task, data))
        if not front:
            raise RuntimeError(f"'{self.program[0]}' printed no expression")
        return Discovery(front[-1], front)

    def _run(self, task: Task, data: Path) -> list[Candidate]:
        words = [word.replace("{data}", str(data)) for word in self.program]
        environment = {**os.environ, **_environment(task, data)}
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
                errors="replace",
            )
        except FileNotFoundError as error:
            raise RuntimeError(
                f"'{words[0]}' does not start: {error.strerror}; a program is looked for on PATH, "
                "or where its whole path says"
            ) from None
        except OSError as error:
            raise RuntimeError(f"'{words[0]}' does not start: {error.strerror}") from None
        found = []
        with process:
            for line in process.stdout or ():
                if (candidate := _candidate(line)) is not None:
                    task.report(candidate.expression, candidate.loss)
                    found.append(candidate)
        if process.returncode:
            raise RuntimeError(f"'{words[0]}' ended with exit code {process.returncode}")
        return found


def _candidate(line: str) -> Candidate | None:
    """``expression`` or ``expression TAB loss``; None for an empty line or a remark."""
    text, _, loss = line.strip().partition("\t")
    if not text or text.startswith("#"):
        return None
    try:
        return Candidate(text, loss=float(loss))
    except ValueError:
        return Candidate(text)


def _write_csv(task: Task, path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*task.names, task.target.name])
        for row, target in zip(task.X.tolist(), task.y.tolist(), strict=True):
            writer.writerow([*row, target])  # Python writes a float so that it reads back equal


def _environment(task: Task, data: Path) -> dict[str, str]:
    budget = task.budget
    return {
        "REDISCOVER_DATA": str(data),
        "REDISCOVER_TARGET": task.target.name,
        "REDISCOVER_SEED": str(task.seed),
        "REDISCOVER_SECONDS": str(budget.seconds),
        "REDISCOVER_CPU_SECONDS": "" if budget.cpu_seconds is None else str(budget.cpu_seconds),
        "REDISCOVER_EVALUATIONS": "" if budget.evaluations is None else str(budget.evaluations),
        "REDISCOVER_THREADS": str(budget.threads),
        "REDISCOVER_MEMORY_MB": str(budget.memory_mb),
    }
