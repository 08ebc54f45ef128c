"""Canonical forms kept in memory and on disk, so that SymPy works once per expression.

Content-addressed: the key is a hash of the expression's text, SymPy's version and the pipeline's.
A file is one JSON object; what cannot be read is made again, and where nothing can be written the
memory serves alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from bench.basics.files import write_whole
from bench.basics.paths import cache_folder
from bench.expression import Expression
from bench.scoring.ned.canonical import PIPELINE, CanonicalForm, canonical_form


class FormCache:
    """Canonical forms by expression. ``folder`` None keeps them in memory only."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._memory: dict[str, CanonicalForm] = {}
        self._versions = f"pipeline {PIPELINE}, sympy {version('sympy')}"

    @classmethod
    def of_user(cls) -> FormCache:
        """The cache that all experiments of this user share."""
        return cls(cache_folder() / "canonical")

    def form_of(self, expression: Expression, seconds: float = float("inf")) -> CanonicalForm:
        """The form of ``expression``, from the cache or made (and kept) now.

        ``seconds`` is the limit under which the caller runs: a time-out that is known from a
        limit at least as long is the answer, one from a shorter limit is tried again.
        """
        form = self.get(expression, seconds)
        if form is None:
            form = canonical_form(expression)
            self.put(expression, form)
        return form

    def get(self, expression: Expression, seconds: float = float("inf")) -> CanonicalForm | None:
        """The form that is known, None where there is none (or an earlier, shorter time-out)."""
        key = self._key(expression)
        form = self._memory.get(key)
        if form is None or not form.holds_within(seconds):
            form = self._read(key)
        if form is None or not form.holds_within(seconds):
            return None
        self._memory[key] = form
        return form

    def put(self, expression: Expression, form: CanonicalForm) -> None:
        """Keep ``form`` as that of ``expression``."""
        key = self._key(expression)
        self._memory[key] = form
        if self.folder is not None:
            with contextlib.suppress(OSError):
                write_whole(self._path(self.folder, key), json.dumps(form.as_dict()).encode())

    def _key(self, expression: Expression) -> str:
        return hashlib.sha256(f"{self._versions}\n{expression}".encode()).hexdigest()

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / key[:2] / f"{key[2:]}.json"

    def _read(self, key: str) -> CanonicalForm | None:
        if self.folder is None:
            return None
        try:
            return CanonicalForm.from_dict(json.loads(self._path(self.folder, key).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
