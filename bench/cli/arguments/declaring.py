"""How a verb and its arguments are declared."""

from __future__ import annotations

import argparse
from typing import NoReturn, TypeAlias


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help)\n")

    def format_help(self) -> str:
        if self.epilog and "{rules}" in self.epilog:
            self.epilog = self.epilog.replace("{rules}", _rules_text())
        return super().format_help()


Verbs: TypeAlias = "argparse._SubParsersAction[OneLineParser]"


def declared(
    verbs: Verbs, module: str, text: str, more: str = "", *, name: str = ""
) -> argparse.ArgumentParser:
    """A verb, done by ``module`` below ``bench.cli.verbs`` and, unless ``name`` is given, called
    as that is."""
    parser = verbs.add_parser(
        name or module.rpartition(".")[2],
        help=text, description=text[0].upper() + text[1:] + ("" if text[-1] == "?" else "."),
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.set_defaults(module=f"bench.cli.verbs.{module}", takes_overrides=False)
    return parser


def _rules_text() -> str:
    from bench.scoring.rules import all_rules

    rules = all_rules().values()
    width = max(len(rule.name) for rule in rules)
    return "\n".join(f"  {rule.name:{width}}   {rule.question}" for rule in rules)
