"""``rediscover completion``: the code by which a shell completes this command."""

from __future__ import annotations

import argparse

from bench.cli.completion import code_for


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    print(code_for(arguments.shell))
    return 0
