"""Commands given to one program of their own, one after the other: it is started once."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

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
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        asked, told = process.stdin, process.stdout
        assert asked is not None and told is not None

        def command(*argv: str) -> Done:
            asked.write(json.dumps(argv) + "\n")
            asked.flush()
            answer = told.readline()
            assert answer, f"the program ended at {argv}"
            return Done(argv, *json.loads(answer))

        yield command
        asked.close()
