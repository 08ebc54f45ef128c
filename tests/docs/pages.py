"""The written pages, and what stands in their blocks of code."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of code of ``page`` that are in ``language``."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def commands() -> list[tuple[str, ...]]:
    """What follows ``rediscover`` in every line of every page's shell blocks, once each."""
    words = (
        shlex.split(line.partition(" | ")[0], comments=True)
        for page in PAGES
        for block in blocks(page, "sh")
        for line in _expanded(block).splitlines()
    )
    return sorted({tuple(line[1:]) for line in words if line[:1] == ["rediscover"]})


def _expanded(block: str) -> str:
    """A block with lines that go on put together, and what it calls by a variable put in."""
    given = dict(re.findall(r'^([A-Z]+)="(.*)"$', block, re.MULTILINE))
    for name, value in given.items():
        block = block.replace(f"${name}", value)
    return block.replace("\\\n", " ")


def hooks() -> ModuleType:
    """``docs/hooks.py``, which lies in no package."""
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
