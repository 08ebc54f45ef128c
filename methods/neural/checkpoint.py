"""Checkpoints: safetensors for the numbers, JSON for the rest. Nothing is ever unpickled.

A network is WEIGHTS and STATE. TRAINING is what a training goes on from: weights, moments and the
state in one file, so that a kill finds all of one step or all of another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from methods.neural.folder import STATE, TRAINING, WEIGHTS, CheckpointError, read_state
from methods.neural.layers import ShapedNetwork

N = TypeVar("N", bound=ShapedNetwork)

_UNREADABLE = (SafetensorError, RuntimeError, TypeError, ValueError, KeyError)


def save_network(network: ShapedNetwork, folder: Path, state: dict[str, Any]) -> None:
    """Write the weights and ``state`` (with the network's shape) into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.detach().contiguous() for name, value in network.state_dict().items()}
    _replace(folder / WEIGHTS, lambda path: path.write_bytes(save(tensors)))
    text = json.dumps({**state, "shape": asdict(network.shape)}, indent=1)
    _replace(folder / STATE, lambda path: path.write_text(text))


def load_network(folder: Path, build: Callable[[Mapping[str, Any]], N]) -> tuple[N, dict[str, Any]]:
    """The network in ``folder``, in float32, and its state; ``build`` makes one of a shape.

    Raises CheckpointError where the folder holds none of this project's, or a damaged one.
    """
    state = read_state(folder)
    try:
        network = build(state["shape"])
        tensors = load_file(folder / WEIGHTS)
        network.load_state_dict({name: value.float() for name, value in tensors.items()})
    except _UNREADABLE as error:
        raise _damaged(folder / WEIGHTS, error) from None
    return network.eval(), state


def save_training(
    network: ShapedNetwork, optimiser: torch.optim.Optimizer, folder: Path, state: dict[str, Any]
) -> None:
    """Write the network, the moments of AdamW and ``state``, to go on from."""
    tensors = {f"weights.{name}": value for name, value in network.state_dict().items()}
    for index, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"moments.{index}.{name}"] = value.contiguous()
    metadata = {"state": json.dumps(state)}
    _replace(folder / TRAINING, lambda path: path.write_bytes(save(tensors, metadata)))


def training_state(folder: Path) -> dict[str, Any] | None:
    """The state that ``save_training`` wrote into ``folder``; None where it never did."""
    if not (folder / TRAINING).exists():
        return None
    try:
        with safe_open(folder / TRAINING, "pt") as file:
            state: dict[str, Any] = json.loads(file.metadata()["state"])
            return state
    except _UNREADABLE as error:
        raise _damaged(folder / TRAINING, error) from None


def load_training(network: ShapedNetwork, optimiser: torch.optim.Optimizer, folder: Path) -> None:
    """Read back what ``save_training`` wrote."""
    weights: dict[str, Tensor] = {}
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in load_file(folder / TRAINING).items():
        kind, _, name = key.partition(".")
        if kind == "weights":
            weights[name] = value
        else:
            index, _, moment = name.partition(".")
            moments.setdefault(int(index), {})[moment] = value
    network.load_state_dict(weights)
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": moments, "param_groups": groups})


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write to a temporary name and rename, so that a kill never leaves half a file."""
    temporary = path.with_suffix(".tmp")
    try:
        write(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _damaged(path: Path, error: Exception) -> CheckpointError:
    reason = " ".join(str(error).split())[:200]
    return CheckpointError(f"'{path}' is damaged or of another network: {reason}")
