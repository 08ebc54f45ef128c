"""A limit of memory for what a test calls."""

from __future__ import annotations

import contextlib
import gc
import resource
from collections.abc import Iterator

import psutil


@contextlib.contextmanager
def little_memory(more: int) -> Iterator[None]:
    """Whoever takes ``more`` bytes than are taken now gets a MemoryError, where systems know it."""
    gc.collect()  # the limit counts what others have left
    least, most = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit but sets none
        now = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (now + more, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (least, most))
