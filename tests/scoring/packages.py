"""Packages that are installed for one test: metadata on the path, as pip would leave them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def install(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: Mapping[str, Mapping[str, str]],
    name: str = "toy-rows",
) -> None:
    """Offer ``rows``, by group and name, for this process and the ones it starts."""
    package = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    groups = [
        "\n".join([f"[rediscover.{group}]", *(f"{key} = {value}" for key, value in own.items())])
        for group, own in rows.items()
    ]
    (package / "entry_points.txt").write_text("\n\n".join(groups) + "\n")
    for path in (HERE, folder):
        monkeypatch.syspath_prepend(path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (folder, HERE))))
