"""``rediscover new NAME``: a method that works and its test, to be changed into one's own."""

from __future__ import annotations

import importlib.util
import keyword
from pathlib import Path

from bench.basics.files import reason
from bench.plugins import find_methods

_TEMPLATES = Path(__file__).with_name("templates")
_FILES = {"power_law.py": "{}.py", "test_power_law.py.txt": "test_{}.py"}


class ScaffoldError(ValueError):
    """The files cannot be written under this name; the message says why and what to do."""


def write_method(name: str, folder: str | Path = ".") -> tuple[Path, Path]:
    """Write ``NAME.py`` and ``test_NAME.py`` into ``folder``; returns their paths.

    Raises ScaffoldError, before anything is written, where ``name`` is no Python identifier, is
    the name of another method or module, or a file is there already.
    """
    folder = Path(folder)
    paths = [folder / pattern.format(name) for pattern in _FILES.values()]
    for path in paths:
        if path.exists():
            raise ScaffoldError(f"'{path}' is there already; remove it or choose another name")
    _check_name(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for template, path in zip(_FILES, paths, strict=True):
            path.write_text(_filled(template, name), encoding="utf-8")
    except OSError as error:
        raise ScaffoldError(f"cannot write to '{folder}': {reason(error)}") from None
    return paths[0], paths[1]


def next_steps(method: Path, test: Path) -> str:
    """What to do with the files that ``write_method`` wrote."""
    name = method.stem
    steps = {
        f"rediscover check {method}": "does it keep the contract?",
        f"rediscover run method={method}": "run it on the quickstart's problems",
        f"pytest {test}": "its tests",
    }
    width = max(map(len, steps))
    lines = "\n".join(f"  {command:{width}}  {what}" for command, what in steps.items())
    return f"""wrote {method} and {test}

{lines}

Its settings are the fields of the class, as in method.{name}.round_to=0.25
To ship it in a package, name it in pyproject.toml; then method={name} finds it:

  [project.entry-points."rediscover.methods"]
  {name} = "your_package.{name}:{class_name(name)}"
"""


def class_name(name: str) -> str:
    """``my_method`` as ``MyMethod``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) or name


def _check_name(name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or not class_name(name)[0].isalpha():
        raise ScaffoldError(
            f"'{name}' cannot name a method; use letters, digits and _, such as my_method"
        )
    if name in find_methods():
        raise ScaffoldError(f"there is a method '{name}' already (rediscover list methods)")
    if importlib.util.find_spec(name) is not None:
        raise ScaffoldError(
            f"there is a Python module '{name}' already, which a file of that name would hide; "
            "choose another name"
        )


def _filled(template: str, name: str) -> str:
    text = (_TEMPLATES / template).read_text(encoding="utf-8")
    return text.replace("power_law", name).replace("PowerLaw", class_name(name))
