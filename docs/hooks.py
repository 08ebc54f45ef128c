"""What the pages take from the code and from files when they are built, so that neither drifts.

A page asks by a comment on a line of its own: ``<!-- generated: columns -->`` for a table made
from the code, ``<!-- file: benchmarks/results/judge.md -->`` for a file of the repository.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ("benchmarks/results/search/30s.png",)

_GENERATED = re.compile(r"^([ ]*)<!-- generated: (\w+) -->$", re.MULTILINE)
_FILE = re.compile(r"^([ ]*)<!-- file: (\S+) -->$", re.MULTILINE)
_HEADING = re.compile(r"^(#+ )", re.MULTILINE)
_LOCAL_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pictures that benchmarks have drawn."""
    from mkdocs.structure.files import File

    for picture in PICTURES:
        path = ROOT / picture
        files.append(File.generated(config, f"pictures/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put generated tables and files where the page asks for them."""
    return filled(markdown)


def filled(markdown: str) -> str:
    """``markdown`` with every comment replaced by what it asks for.

    Raises LookupError where a page asks for what is not there.
    """
    markdown = _GENERATED.sub(lambda found: _indented(found[1], _generated(found[2])), markdown)
    return _FILE.sub(lambda found: _indented(found[1], _file(found[2])), markdown)


def _generated(name: str) -> str:
    if name not in GENERATED:
        raise LookupError(f"nothing generates '{name}'; there is {', '.join(GENERATED)}")
    return GENERATED[name]()


def _file(name: str) -> str:
    """A Markdown file, its headings two levels down, its links within the repository as text.

    Any other file is shown as it is, in a block of code.
    """
    path = ROOT / name
    if not path.is_file():
        raise LookupError(f"there is no file '{name}' to show")
    text = path.read_text(encoding="utf-8").rstrip()
    if path.suffix != ".md":
        language = {".yaml": "yaml", ".py": "python"}.get(path.suffix, "text")
        return f"```{language}\n{text}\n```"
    return _LOCAL_LINK.sub(r"\1", _HEADING.sub(r"##\1", text))


def _indented(margin: str, text: str) -> str:
    return "\n".join(f"{margin}{line}" if line else "" for line in text.splitlines())


def _columns() -> str:
    from bench.leaderboard.columns import columns_markdown

    return columns_markdown()


def _views() -> str:
    from bench.leaderboard.views import views_markdown

    return views_markdown()


def _rules() -> str:
    from bench.scoring.equivalence.rules import RULES

    rows = [f"| `{rule.name}` | {rule.question} |" for rule in RULES.values()]
    return "\n".join(["| rule | question |", "|---|---|", *rows])


def _methods() -> str:
    rows = [f"| `{one['name']}` | {one['summary']} |" for one in _listed("methods")]
    return "\n".join(["| method | |", "|---|---|", *rows])


def _datasets() -> str:
    rows = [
        f"| `{one['name']}` | {one['problems'] or 'as many as asked for'} | {one['title']} | "
        f"{one['source']} | {one['licence']} |"
        for one in _listed("datasets")
    ]
    head = "| dataset | problems | what it is | source | licence |"
    return "\n".join([head, "|---|---:|---|---|---|", *rows])


def _settings() -> str:
    """The configuration of every method that ships, folded."""
    files = sorted((ROOT / "conf" / "method").glob("*.yaml"))
    return "\n\n".join(
        f'??? note "{path.stem}"\n{_indented("    ", _file(f"conf/method/{path.name}"))}'
        for path in files
    )


def _reference() -> str:
    """What mkdocstrings is to show of ``bench``: every public name, by the room it comes from."""
    import bench

    rooms: dict[str, list[str]] = {title: [] for title in _ROOMS.values()}
    for name in sorted(bench.__all__, key=str.lower):
        room = getattr(getattr(bench, name), "__module__", "").split(".")[1:2]
        if room:  # a plain value, such as the version, says nothing more of itself
            rooms[_ROOMS[room[0]]].append(f"::: bench.{name}")
    return "\n\n".join(
        "\n\n".join([f"### {title}", *names]) for title, names in rooms.items() if names
    )


def _listed(what: str) -> list[Mapping[str, Any]]:
    """What ``rediscover list`` says; of this project, not of packages that lie beside it."""
    command = [sys.executable, "-m", "bench", "list", what, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows: list[Mapping[str, Any]] = json.loads(done.stdout)
    return [row for row in rows if row.get("origin", "built-in") == "built-in"]


_ROOMS = {
    "api": "The front door",
    "leaderboard": "The front door",
    "method": "A method's names",
    "kinds": "A method's names",
    "problems": "Problems",
    "scoring": "Scores",
    "expression": "Expressions",
    "models": "Language models",
}
"""The headings of the reference, by the room that a name comes from."""

GENERATED: Mapping[str, Callable[[], str]] = {
    "columns": _columns,
    "views": _views,
    "rules": _rules,
    "methods": _methods,
    "datasets": _datasets,
    "settings": _settings,
    "reference": _reference,
}
