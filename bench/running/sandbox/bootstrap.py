"""Start a template or a worker in any Python, run by its path: ``python bootstrap.py ROLE ...``.

The interpreter may be another one than the runner's, with packages of its own. Of the runner's
installation it sees ``bench`` and ``methods`` and nothing else.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import socket
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
_SHARED = ("bench", "methods")


class _Shared:
    """Finds ``bench`` and ``methods`` where this file lies."""

    @staticmethod
    def find_spec(
        name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in _SHARED:
            return None
        folder = _ROOT / name
        return importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


def main() -> None:
    """``template FD``, ``worker FD PATH...``, ``seal PATH...`` or ``missing TARGET MODULE...``.

    Python is to be started with ``-P``, without this file's folder on its path.
    """
    if sys.version_info < (3, 11):  # noqa: UP036  (the runner's Python is newer, this may not be)
        sys.exit(f"{sys.executable} is Python {sys.version.split()[0]}; workers need 3.11 or newer")
    sys.meta_path.insert(0, _Shared)
    role, *rest = sys.argv[1:]
    if role == "template":
        from bench.running.sandbox import forking

        forking.main(socket.socket(fileno=int(rest[0])))
    elif role == "worker":
        sys.path[:] = rest[1:] or sys.path
        from bench.running.sandbox import server

        server.work(socket.socket(fileno=int(rest[0])))
    elif role == "seal":
        sys.path[:] = rest
        from bench.running.machine import print_seal

        print_seal()
    else:
        from bench.running.missing import print_missing

        print_missing(rest[0], rest[1:])


if __name__ == "__main__":
    main()
