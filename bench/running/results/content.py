"""What files hold, and digests of it: one that was edited, or damaged, is seen to be so."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

CONTENT = "content"
"""The field that holds the digest of all others."""


class ContentError(ValueError):
    """What a file holds is not what was written."""


def canonical_json(value: object) -> str:
    """The one JSON text of ``value``: keys sorted, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def as_json_has_it(value: Any) -> Any:
    """``value`` as it comes back from JSON: arrays for tuples, text for the keys of objects."""
    return json.loads(json.dumps(value, allow_nan=False))


def content_digest(value: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of ``value`` without the digest itself."""
    rest = {name: one for name, one in value.items() if name != CONTENT}
    return hashlib.sha256(canonical_json(rest).encode()).hexdigest()


def with_content(value: Mapping[str, Any]) -> dict[str, Any]:
    """``value`` with its digest as the last field."""
    return {**value, CONTENT: content_digest(as_json_has_it(value))}


def check_content(value: Mapping[str, Any], what: str) -> None:
    """Raise ContentError where ``value``, a ``what``, is not as it was when it was written."""
    if value.get(CONTENT) != content_digest(value):
        raise ContentError(f"the {what} was edited or damaged: its SHA-256 is another")


def read_file(path: str) -> bytes:
    """As ``Path.read_bytes``, at half the cost: there may be 100,000 records.

    What is no file, such as a pipe that nobody writes, is empty. Raises OSError with the path.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size)
    except OSError as error:
        error.filename = path  # as open() has it: a folder is told when it is read
        raise
    finally:
        os.close(descriptor)
