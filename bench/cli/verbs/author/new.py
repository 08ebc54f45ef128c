"""``rediscover new``: a working method, and its test, to start from."""

from __future__ import annotations

import argparse

from bench.cli import UserError


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.authoring.scaffold import ScaffoldError, next_steps, write_method
    from bench.plugins import MethodError

    try:
        method, test = write_method(arguments.name)
    except (ScaffoldError, MethodError) as error:
        raise UserError(str(error)) from None
    print(next_steps(method, test))
    return 0
