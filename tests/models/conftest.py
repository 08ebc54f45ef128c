"""What the tests of this room share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scripted_endpoint import KEY, VARIABLE, Script, serving

from bench.models import client


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """An endpoint that wants a key, which stands in the environment; pauses are short."""
    monkeypatch.setenv(VARIABLE, KEY)
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    with serving(Script()) as script:
        yield script
