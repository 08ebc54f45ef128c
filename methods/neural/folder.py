"""What a network's folder holds, and what is wrong with it, told without PyTorch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WEIGHTS, STATE, TRAINING = "weights.safetensors", "state.json", "training.safetensors"

_FOREIGN = {".ckpt": "NeSymReS was", ".pt": "E2E was", ".pth": "others are", ".pkl": "others are"}


class CheckpointError(ValueError):
    """A folder that holds no network that can be read."""


def read_state(folder: Path) -> dict[str, Any]:
    """The state of the network in ``folder``: its ``shape``, and how it was trained.

    Raises CheckpointError where the folder holds none of this project's. Nothing is unpickled, so
    the checkpoints that NeSymReS and E2E were released as cannot be read.
    """
    if not (folder / STATE).is_file() or not (folder / WEIGHTS).is_file():
        raise CheckpointError(_refusal(folder))
    try:
        state = json.loads((folder / STATE).read_text())
    except ValueError as error:
        raise CheckpointError(f"'{folder / STATE}' is no JSON: {error}") from None
    if not isinstance(state, dict) or not isinstance(state.get("shape"), dict):
        raise CheckpointError(f"'{folder / STATE}' does not tell the network's shape")
    return state


def _refusal(folder: Path) -> str:
    """What is wrong with a folder, and what would be right."""
    wanted = f"a checkpoint of this project is a folder with {WEIGHTS} and {STATE}"
    for path in [folder] if folder.is_file() else sorted([*folder.glob("*"), *folder.glob("*/*")]):
        if path.suffix in _FOREIGN:
            return (
                f"'{path}' is a pickle, as {_FOREIGN[path.suffix]} released: to read it would be "
                f"to execute it, and its network is another. Not supported; {wanted}"
            )
    network = f"network={folder.name}" if folder.parent.name == "networks" else f"folder={folder}"
    if any(folder.glob(f"*/{TRAINING}")):
        return f"'{folder}' is trained in part only: `rediscover train {network}` goes on; {wanted}"
    if folder.exists():
        return f"'{folder}' is no checkpoint: {wanted} (empty: the one that ships)"
    return f"'{folder}' is not there: `rediscover train {network}` trains one; {wanted}"
