"""Checkpoints: safetensors for the numbers, JSON for the rest. Nothing is ever unpickled."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from methods.transformer.network import Network, Shape

WEIGHTS, OPTIMISER, STATE = "weights.safetensors", "optimiser.safetensors", "state.json"


class CheckpointError(ValueError):
    """A folder that holds no network that can be read."""


def save_network(network: Network, folder: Path, state: dict[str, Any], dtype: torch.dtype) -> None:
    """Write the weights as ``dtype`` and ``state`` (with the network's shape) into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: value.detach().to(dtype).contiguous() for name, value in network.state_dict().items()
    }
    _replace(folder / WEIGHTS, lambda path: save_file(tensors, path))
    text = json.dumps({**state, "shape": asdict(network.shape)}, indent=1)
    _replace(folder / STATE, lambda path: path.write_text(text))


def load_network(folder: Path) -> tuple[Network, dict[str, Any]]:
    """The network in ``folder``, in float32, and its state.

    Raises CheckpointError where the folder holds none of this project's; nothing is unpickled, so
    the checkpoints that NeSymReS and E2E were released as cannot be read.
    """
    if not (folder / STATE).exists() or not (folder / WEIGHTS).exists():
        raise CheckpointError(_refusal(folder))
    state = json.loads((folder / STATE).read_text())
    network = Network(Shape(**state["shape"]))
    tensors = load_file(folder / WEIGHTS)
    network.load_state_dict({name: value.float() for name, value in tensors.items()})
    return network.eval(), state


def save_optimiser(optimiser: torch.optim.Optimizer, folder: Path) -> None:
    """Write the moments of AdamW, so that training goes on where it stopped."""
    tensors: dict[str, Tensor] = {}
    for index, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"{index}.{name}"] = value.contiguous()
    _replace(folder / OPTIMISER, lambda path: save_file(tensors, path))


def load_optimiser(optimiser: torch.optim.Optimizer, folder: Path) -> None:
    """Read back what ``save_optimiser`` wrote."""
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in load_file(folder / OPTIMISER).items():
        index, name = key.split(".")
        moments.setdefault(int(index), {})[name] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": moments, "param_groups": groups})


def _replace(path: Path, write: Any) -> None:
    """Write to a temporary name and rename, so that a kill never leaves half a file."""
    temporary = path.with_suffix(".tmp")
    write(temporary)
    temporary.chmod(0o644)  # safetensors makes files that only their owner can read
    temporary.replace(path)


def _refusal(folder: Path) -> str:
    """What is wrong with a folder, and what would be right."""
    foreign = [
        path.name
        for pattern in ("*.ckpt", "*.pt", "*.pth", "*.pkl")
        for path in (sorted(folder.glob(pattern)) if folder.is_dir() else [])
    ]
    wanted = f"a checkpoint of this project is a folder with {WEIGHTS} and {STATE}"
    if foreign:
        return (
            f"'{folder}' holds '{foreign[0]}', a pickle as NeSymReS and E2E were released: it "
            f"would execute what it contains and has another architecture; {wanted}"
        )
    return f"'{folder}' holds no checkpoint; {wanted} (leave checkpoint empty for the shipped one)"
