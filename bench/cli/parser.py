"""The command line, taken apart. Nothing heavy is imported here: help must come at once."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping

from bench.cli import completion
from bench.cli.arguments import author, experiment, look, trust
from bench.cli.arguments.declaring import OneLineParser

_DESCRIPTION = """\
Rediscover hands problems to symbolic-regression methods, runs each under hard limits, judges what
comes back, and prints a leaderboard.

  rediscover run                                  the quickstart: 3 methods, 5 problems, a minute
  rediscover run method=[operon] dataset=[srsd_easy] budget.cpu_seconds=30 seeds=[0,1,2]
  rediscover run method=my_method.py dataset=[my_data.csv]
  rediscover judge "x0*x1 + 0.0" "x1*x0"          is this the law?
"""


def parse_arguments(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """The verb's arguments, and for those that take them the overrides meant for Hydra."""
    parser, verbs = command_parser()
    if completion.asked():
        completion.complete(parser, verbs)
    if argv and not argv[0].startswith("-") and argv[0] not in verbs:
        near = difflib.get_close_matches(argv[0], verbs, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(verbs)}"
        parser.error(f"there is no verb '{argv[0]}'; {hint}")
    arguments, rest = parser.parse_known_args(_protected(argv, verbs["judge"]))
    for word in rest:
        hydras = not word.startswith("-") or word.partition("=")[0] in _HYDRAS
        if not (arguments.takes_overrides and hydras):
            verbs[arguments.verb].error(f"it takes no {word!r}")
    return arguments, rest


_HYDRAS = (
    "-m", "--multirun", "-c", "--cfg", "--resolve", "-p", "--package", "-i", "--info",
    "-cd", "--config-dir",
)  # fmt: skip
"""The options of ``run``, ``plan`` and ``train`` that are left to Hydra."""


def _protected(argv: list[str], judge: argparse.ArgumentParser) -> list[str]:
    """``judge -x0 x0``: expressions may begin with a minus, which argparse takes for an option."""
    if argv[:1] != ["judge"] or "--" in argv:
        return argv
    flags = {name for one in judge._actions if one.nargs == 0 for name in one.option_strings}
    options = {name for one in judge._actions for name in one.option_strings} - flags
    kept: list[str] = []
    texts: list[str] = []
    takes_value = False
    for word in argv[1:]:
        option = word.partition("=")[0] in options
        if takes_value or option or word in flags:
            kept.append(word)
            takes_value = not takes_value and word in options
        else:
            texts.append(word)
    return ["judge", *kept, "--", *texts] if texts else argv


def command_parser() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """The parser, and those of its verbs by name."""
    parser = OneLineParser(
        "rediscover", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action=_Version)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True, dest="verb")
    for room in (experiment, trust, look, author):
        room.declare(verbs)
    return parser, verbs.choices


class _Version(argparse.Action):
    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from bench.basics.installation import own_version

        print(f"rediscover {own_version()}")
        parser.exit()
