"""``rediscover data``: write a dataset out in the layouts of other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.named import load_named


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.problems.formats.export import write_dataset

    dataset = load_named(arguments.name)
    folder = Path(arguments.to)
    try:
        write_dataset(dataset, folder, arguments.layout, seed=arguments.seed)
    except (ValueError, ImportError) as error:
        raise UserError(str(error), 1) from None
    problems = counted(len(dataset), "problem")
    print(f"{problems} of {dataset.name} written to {folder} as {arguments.layout}")
    return 0
