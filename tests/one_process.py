"""Commands given to one program of their own, one after the other: it is started once."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PROGRAM = """
import contextlib, io, json, sys, traceback
from bench.cli import main
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(json.loads(line))
        except SystemExit as end:
            code = end.code
        except Exception:
            traceback.print_exc()
            code = 1
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""

Done = subprocess.CompletedProcess[str]
Rediscover = Callable[..., Done]


@contextlib.contextmanager
def one_process(
    folder: Path, environment: Mapping[str, str], launcher: Sequence[str | Path] = ()
) -> Iterator[Rediscover]:
    """``command("list", "methods")`` is ``rediscover list methods`` in ``folder``.

    ``launcher`` are words that start the program that follows them. What the program has imported
    for one command is there for the next.
    """
    words = [*launcher, sys.executable, "-P", "-c", PROGRAM]
    with answering(words, cwd=folder, env=environment) as command:
        yield command


@contextlib.contextmanager
def answering(words: Sequence[str | Path], **more: Any) -> Iterator[Rediscover]:
    """``call(*arguments)`` gives them, plain JSON, to the program of these ``words``: a line each,
    answered by a line with exit code, output and errors."""
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more
    ) as process:
        asked, told = process.stdin, process.stdout
        assert asked is not None and told is not None

        def call(*arguments: Any) -> Done:
            asked.write(json.dumps(arguments) + "\n")
            asked.flush()
            answer = told.readline()
            assert answer, f"the program ended at {arguments}"
            return Done(arguments, *json.loads(answer))

        yield call
        asked.close()
