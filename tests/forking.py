"""Code run in forks of one program, each as fresh as that: what it needs is imported once."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from one_process import Done, answering

PROGRAM = """
import json, os, sys, tempfile, traceback
exec(sys.argv[1])  # a test's own
for line in sys.stdin:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if not child:
            code = 1
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                run(*json.loads(line))
                sys.stdout.flush()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0), err.seek(0)
        print(json.dumps([code, out.read(), err.read()]), flush=True)
"""


@contextlib.contextmanager
def forks(code: str) -> Iterator[Callable[..., Done]]:
    """``call(*arguments)`` calls the function ``run`` of ``code`` in a fork of its own.

    Arguments are plain JSON. Of ``code``, only imports and definitions belong outside ``run``.
    """
    words = [sys.executable, "-P", "-c", PROGRAM, code]
    with answering(words) as call:
        yield call
