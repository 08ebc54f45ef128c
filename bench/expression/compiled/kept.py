"""Machine code kept on disk, found by a digest of everything it was made from.

numba's own cache looks at the file a function stands in, and gives stale code after an edit to
another file whose functions it calls. Here the name of a kept file holds the digest of
``ingredients.py``: after an edit anywhere below a function, its old code is not found any more.

The files lie where numba would put its own: in NUMBA_CACHE_DIR, else in ``__pycache__`` beside the
module, else in the user's cache; each is written whole, so that processes may share them. Where
none of these can be written, nothing is kept.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import CompileResultCacheImpl, NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from bench.expression.compiled.ingredients import digest
from bench.files import write_whole

_UNREADABLE = (OSError, EOFError, pickle.UnpicklingError)


class KeptCode(NullCache):  # type: ignore[misc]  # numba has no types
    """What numba asks for the machine code of ``function``, and gives what it has compiled."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._folder = _folder(function)

    @property
    def cache_path(self) -> str | None:
        """The folder, None where nothing can be kept."""
        return None if self._folder is None else str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for arguments of the types ``sig``; None where it is not kept."""
        target_context.refresh()
        path = self._path(sig, target_context.codegen())
        if path is None:
            return None
        try:
            parts = pickle.loads(path.read_bytes())
        except _UNREADABLE:
            return None
        return CompileResult._rebuild(target_context, *parts)

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep a compiled function, and what is outdated by it no longer."""
        path = self._path(sig, cres.codegen)
        if path is None or cres.lifted or cres.library.has_dynamic_globals:
            return
        try:
            write_whole(path, dumps(cres._reduce()))
            for other in path.parent.glob(f"{path.name.rpartition('.of-')[0]}.of-*"):
                if other != path:
                    other.unlink(missing_ok=True)
        except OSError:  # a full disk: compiled all the same
            return

    def _path(self, sig: Any, codegen: Any) -> Path | None:
        if self._folder is None:
            return None
        machine = repr((str(sig), codegen.magic_tuple(), numba.__version__, sys.version_info[:2]))
        name = f"{self._function.__module__}.{self._function.__qualname__}"
        key = hashlib.sha256(machine.encode()).hexdigest()[:16]
        return self._folder / f"{name}.for-{key}.of-{digest(self._function)[:24]}"


def _folder(function: Callable[..., Any]) -> Path | None:
    file = getattr(sys.modules.get(function.__module__), "__file__", None)
    return None if file is None else _writable_for(file)


@cache
def _writable_for(file: str) -> Path | None:
    """Where numba would keep what belongs to a module; it tries whether one can write there."""
    for locator in CompileResultCacheImpl._locator_classes:
        try:
            found = locator.from_function(_folder, file)  # any function will do
        except OSError:
            continue
        if found is not None:
            return Path(found.get_cache_path())
    return None
