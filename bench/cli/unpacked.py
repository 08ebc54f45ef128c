"""Results that a user names: a folder, or an archive that is unpacked for as long as it is used."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli import UserError
from bench.cli.named import open_store

if TYPE_CHECKING:
    from bench.running.results.store import Store


@dataclass(frozen=True)
class Named:
    """Results in ``store``; ``wrong`` are files of an archive that are not as they were packed.

    What ``is_archive`` comes from anybody: none of the paths it names is to be opened.
    """

    store: Store
    is_archive: bool = False
    wrong: tuple[tuple[str, str], ...] = ()


@contextmanager
def archive_at(path: Path) -> Iterator[Named]:
    """The archive at ``path``, unpacked; UserError, in a sentence, where it is refused."""
    from bench.running.results.archive.admission import ArchiveError
    from bench.running.results.archive.packing import unpack
    from bench.running.results.store import Store

    with tempfile.TemporaryDirectory(prefix="rediscover-") as folder:
        try:
            wrong = unpack(path, Path(folder))
        except ArchiveError as error:
            raise UserError(f"'{path}' is refused: {error}", 1) from None
        yield Named(Store(folder), True, tuple(wrong))


@contextmanager
def results_at(paths: list[str]) -> Iterator[list[Named]]:
    """The results at each of ``paths``, folders or archives; those as they were packed alone.

    Raises UserError for all others.
    """
    from bench.running.results.archive.packing import is_archive

    with ExitStack() as stack:
        found = []
        for path in paths:
            if not is_archive(Path(path)):
                found.append(Named(open_store(path)))
                continue
            one = stack.enter_context(archive_at(Path(path)))
            if one.wrong:
                name, word = one.wrong[0]
                raise UserError(
                    f"'{path}' is not as it was packed: {name} is {word} "
                    f"(rediscover verify {path} says all)", 1,
                )  # fmt: skip
            found.append(one)
        yield found
