"""Machine code kept on disk, found by a digest of everything it was made from.

numba's own cache looks at the file a function stands in, and gives stale code after an edit to
another file whose functions it calls. Here the name of a kept file holds the digest of
``ingredients.py``: after an edit anywhere below a function, its old code is not found any more.

The files lie where numba would put its own: in NUMBA_CACHE_DIR, in ``__pycache__`` beside the
module, or below ``numba`` in the user's cache. They are read from all of these, and written, each
whole, to the first that takes them, so that processes may share what one has compiled, and a worker
that may write nowhere finds it too. Where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from bench.basics.files import write_whole
from bench.expression.compiled.ingredients import digest

_UNREADABLE = (OSError, EOFError, pickle.UnpicklingError)


class KeptCode(NullCache):  # type: ignore[misc]  # numba has no types
    """What numba asks for the machine code of ``function``, and gives what it has compiled."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        file = getattr(sys.modules.get(function.__module__), "__file__", None)
        self._folders = _folders(file) if file else ()

    @property
    def cache_path(self) -> str | None:
        """The first folder that is looked into, None where there is none."""
        return str(self._folders[0]) if self._folders else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for arguments of the types ``sig``; None where it is not kept."""
        target_context.refresh()
        name = self._name(sig, target_context.codegen()) if self._folders else ""
        for folder in self._folders:
            try:
                parts = pickle.loads((folder / name).read_bytes())
            except _UNREADABLE:
                continue
            return CompileResult._rebuild(target_context, *parts)
        return None

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep a compiled function in the first folder that takes it, and there it alone."""
        if not self._folders or cres.lifted or cres.library.has_dynamic_globals:
            return
        name, content = self._name(sig, cres.codegen), dumps(cres._reduce())
        for folder in self._folders:
            try:
                write_whole(folder / name, content)
                for other in folder.glob(f"{name.partition('.of-')[0]}.of-*"):
                    if other.name != name:
                        other.unlink(missing_ok=True)
            except OSError:  # nothing can be written there, or no more
                continue
            return

    def _name(self, sig: Any, codegen: Any) -> str:
        machine = repr((str(sig), codegen.magic_tuple(), numba.__version__, sys.version_info[:2]))
        key = hashlib.sha256(machine.encode()).hexdigest()[:16]
        name = f"{self._function.__module__}.{self._function.__qualname__}"
        return f"{name}.for-{key}.of-{digest(self._function)[:24]}"


@cache
def _folders(file: str) -> tuple[Path, ...]:
    """Where the code of a module may lie, the first choice first."""
    beside = Path(file).parent
    part = f"{beside.name}_{hashlib.sha256(str(beside.absolute()).encode()).hexdigest()[:32]}"
    own = [Path(numba.config.CACHE_DIR) / part] if numba.config.CACHE_DIR else []
    inside = [beside / "__pycache__"] if beside.is_dir() else []  # it is none in an archive
    return (*own, *inside, *(folder / "numba" / part for folder in _user_caches()))


def _user_caches() -> list[Path]:
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        return [Path(named) if named else Path.home() / ".cache"]
    except RuntimeError:  # a user without a home
        return []
