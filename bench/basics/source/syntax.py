"""One file of Python as what it does: its syntax tree, without comments, docstrings and layout."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from bench.basics.files import write_whole
from bench.basics.paths import ROOT, cache_folder

_FORMAT = 1
"""Raise when the same file gets another digest or other imports."""
SETTLED_SECONDS = 2.0
"""A file changed less long ago may change again without its time or size telling."""
_UNSAID = frozenset({"ctx", "kind", "type_comment"})
"""Fields of a tree that say nothing, or that only some versions of Python fill."""


@dataclass(frozen=True, slots=True)
class Import:
    """``from MODULE import NAME``, ``level`` dots before it; ``name`` empty: the module alone.

    ``inside`` says that it stands in a function.
    """

    module: str
    name: str
    level: int
    inside: bool


@dataclass(frozen=True, slots=True)
class Syntax:
    """What is kept of a file: the SHA-256 of its syntax tree, and what it imports."""

    digest: str
    imports: tuple[Import, ...]


@dataclass
class Syntaxes:
    """Syntaxes of files, kept on disk by path, size and time of change."""

    _known: dict[str, Any] | None = None
    _fresh: bool = False
    _read: dict[str, tuple[int, int, Syntax]] = field(default_factory=dict)

    def of(self, name: str) -> Syntax:
        """The tree of the Python file called ``name``; of another file, its bytes. OSError."""
        facts = os.stat(name)  # noqa: PTH116  (hundreds, at every start)
        stamp = (facts.st_size, facts.st_mtime_ns)
        read = self._read.get(name)
        if read is not None and read[:2] == stamp:
            return read[2]
        kept = self._kept().get(name)
        if _is_kept(kept) and tuple(kept[:2]) == stamp:
            tree = Syntax(kept[2], tuple(Import(*one) for one in kept[3]))
        else:
            content = Path(name).read_bytes()
            tree = parsed(content) if name.endswith((".py", ".pyi")) else _of_bytes(content)
            if time.time_ns() - facts.st_mtime_ns < SETTLED_SECONDS * 1e9:
                return tree
            imports = [[one.module, one.name, one.level, one.inside] for one in tree.imports]
            self._kept()[name] = [*stamp, tree.digest, imports]
            self._fresh = True
        self._read[name] = (*stamp, tree)
        return tree

    def save(self) -> None:
        """Keep what is new, where the cache can be written."""
        if self._fresh:
            self._fresh = False
            there = {name: one for name, one in self._kept().items() if os.path.exists(name)}  # noqa: PTH110
            with suppress(OSError):
                write_whole(_place(), json.dumps(there).encode())

    def _kept(self) -> dict[str, Any]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError, TypeError):
                self._known = dict(json.loads(_place().read_bytes()))
        return self._known


def parsed(content: bytes) -> Syntax:
    """The tree of a file's ``content``; where that is no Python, of its bytes."""
    try:
        tree = ast.parse(content)
        sha = hashlib.sha256("\n".join(_written(tree)).encode(errors="surrogatepass"))
        return Syntax(sha.hexdigest(), tuple(_imports(tree.body)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _of_bytes(content)


def _of_bytes(content: bytes) -> Syntax:
    return Syntax(hashlib.sha256(content).hexdigest(), ())


def _written(node: ast.AST) -> Iterator[str]:
    """The tree in words, the same in every version of Python."""
    yield type(node).__name__
    for name, value in ast.iter_fields(node):
        if name in _UNSAID or value is None or value == []:
            continue
        yield f".{name}"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                if not _is_prose(one):
                    yield from _written(one)
            else:
                yield repr(one)
    yield ";"


def _is_prose(node: ast.AST) -> bool:
    """Whether ``node`` is a statement that is a text: a docstring, of whatever it may be."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _imports(body: list[ast.stmt]) -> Iterator[Import]:
    """All imports, those inside functions among them, but not those for type checkers."""
    stack: list[tuple[ast.AST, bool]] = [(one, False) for one in body]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, ast.Import):
            yield from (Import(one.name, "", 0, inside) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (Import(module, one.name, node.level, inside) for one in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            stack.extend((one, inside) for one in node.orelse)
        else:
            inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            stack.extend((one, inside) for one in ast.iter_child_nodes(node))


def _is_kept(one: Any) -> TypeGuard[list[Any]]:
    match one:
        case [int(), int(), str(), list(imports)]:
            return all(
                isinstance(each, list) and [type(part) for part in each] == [str, str, int, bool]
                for each in imports
            )
    return False


def _place() -> Path:
    """Each installation has its own: another's would be read in vain, and written over."""
    own = hashlib.sha256(str(ROOT).encode(errors="surrogatepass")).hexdigest()[:12]
    return cache_folder() / f"trees-{_FORMAT}-{own}.json"
