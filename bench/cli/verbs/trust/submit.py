"""``rediscover submit pack``: a results folder as one archive that others verify and merge."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.named import open_store

_SPOILT = ("damaged", "edited")


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard.verification.filed import Filed
    from bench.running.results.archive.admission import ArchiveError
    from bench.running.results.archive.packing import pack

    store = open_store(arguments.folder)
    filed = Filed.of(store, str(store.folder))
    spoilt = [fault for fault in filed.faults if fault.word in _SPOILT]
    if spoilt:
        more = f", and {len(spoilt) - 1} more" if len(spoilt) > 1 else ""
        raise UserError(f"nothing is packed: {spoilt[0]}{more}", 1)
    target = Path(arguments.output or f"{store.folder.absolute().name}.zip")
    try:
        count = pack(store, target)
    except ArchiveError as error:
        raise UserError(f"'{arguments.folder}' cannot be packed: {error}", 1) from None
    print(f"{target}: {counted(count, 'file')}, {target.stat().st_size} bytes")
    for word in dict.fromkeys(fault.word for fault in filed.faults):
        found = [fault for fault in filed.faults if fault.word == word]
        print(f"{counted(len(found), 'thing')} {word}, as whoever verifies it will see: {found[0]}")
    print(f"whoever has it: rediscover verify {target}; rediscover merge {target} -o DIR")
    return 0
