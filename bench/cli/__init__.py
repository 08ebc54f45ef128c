"""The command ``rediscover``: one module per verb, imported when its verb is given."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence

from bench.basics.extension import ExtensionError
from bench.basics.words import harmless
from bench.cli.interrupts import Interrupts
from bench.cli.parser import parse_arguments


class UserError(Exception):
    """What a user can mend; its text is one line that says what, and how."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    0: done. 1: done, but something asked for is not there (a run without a record, a check that
    failed). 2: the command cannot be carried out as given. 130: stopped by Ctrl-C.
    """
    arguments, rest = parse_arguments(list(sys.argv[1:] if argv is None else argv))
    verb = importlib.import_module(arguments.module)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name in another script is no fault
    code, interrupts = 0, Interrupts()
    try:
        with interrupts:
            code = int(verb.main(arguments, rest))
            sys.stdout.flush()
    except UserError as error:
        return _refused(str(error), error.code)
    except ExtensionError as error:
        return _refused(str(error), 2)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone; Python would complain at exit
        return 0
    except OSError as error:
        if getattr(arguments, "debug", False):
            raise  # it may be the method's, and its traceback is asked for
        return _refused(_disk_fault(error), 1)
    if interrupts.stopped:
        print("\nrediscover: stopped", file=sys.stderr)
        return 130
    return code


def _refused(text: str, code: int) -> int:
    # A name may hold what moves the cursor or turns the text round.
    print(f"rediscover: {harmless(text)}", file=sys.stderr)
    return code


def _disk_fault(error: OSError) -> str:
    """One line for what the system says: a store's own words, or the file and the reason."""
    from bench.basics.files import in_one_line
    from bench.running.results.store import StoreError

    return str(error.args[-1]) if isinstance(error, StoreError) else in_one_line(error)
