"""``rediscover check``: does a method keep the contract?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.cli import UserError


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.authoring.conformance import check

    seconds: float = arguments.seconds
    if not 0 < seconds < 1e6:
        raise UserError(f"--seconds is {seconds:g}; it is a positive number of seconds for a run")
    settings = _settings(arguments.name, rest) if rest else {}
    if arguments.json:
        report = check(arguments.name, seconds=seconds, settings=settings)
        print(json.dumps([asdict(finding) for finding in report.findings], indent=1))
        return report.exit_code
    report = check(
        arguments.name,
        seconds=seconds,
        settings=settings,
        on_finding=lambda finding: print(finding, flush=True),
    )
    print(report.text().rpartition("\n")[2])
    return report.exit_code


def _settings(name: str, overrides: Sequence[str]) -> dict[str, Any]:
    """The method's settings, and where it runs, with those of ``overrides`` put in."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException
    from omegaconf import OmegaConf

    from bench.plugins import MethodError, find_method

    try:
        entry = find_method(name)
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except OverrideParseException as error:
        raise UserError(f"'{error.override}' is no setting; write KEY=VALUE") from None
    except MethodError as error:
        raise UserError(str(error)) from None
    config = OmegaConf.create(dict(entry.config))
    before = f"method.{entry.name}."
    for one in parsed:
        key = one.key_or_group
        if not key.startswith(before) or one.is_sweep_override():
            raise UserError(f"'{one.input_line}': a setting of the method is {before}SETTING=VALUE")
        OmegaConf.update(config, key.removeprefix(before), one.value())
    found: Any = OmegaConf.to_container(config)
    return dict(found)
