"""Results folders that a user names."""

from __future__ import annotations

from pathlib import Path

from bench.cli import UserError
from bench.running.results.store import Store


def open_store(folder: str) -> Store:
    """The store in ``folder``; UserError where that holds no results."""
    store = Store(folder)
    if not store.plan_path.exists():
        near = sorted(str(path.parent) for path in Path("results").glob("*/plan.jsonl"))
        known = f"; there is {', '.join(near[:5])}" if near else " (rediscover run makes one)"
        what = "has no plan.jsonl" if Path(folder).is_dir() else "is no folder"
        raise UserError(f"'{folder}' holds no results: it {what}{known}")
    return store
