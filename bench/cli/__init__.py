"""The command ``rediscover``: one module per verb, imported when its verb is given."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from bench.cli.parser import parse_arguments
from bench.extension import ExtensionError


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
    try:
        return int(verb.main(arguments, rest))
    except UserError as error:
        print(f"rediscover: {error}", file=sys.stderr)
        return error.code
    except ExtensionError as error:
        print(f"rediscover: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nrediscover: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone; Python would complain at exit
        return 0
