"""From a training folder to a network that ships: weights as float16, state without the optimiser.

python -m methods.neural.export TRAINING_FOLDER SHIPPED_FOLDER

Networks that ship are in ``methods/{transformer,prose,snip}/trained/small``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from methods.neural.folder import STATE, WEIGHTS, read_state


def export(training: Path, shipped: Path) -> None:
    """Write the network in ``training`` into ``shipped``, to be read by ``load_network``."""
    state = read_state(training)
    weights = load_file(training / WEIGHTS)
    shipped.mkdir(parents=True, exist_ok=True)
    halves = {name: value.to(torch.float16).contiguous() for name, value in weights.items()}
    save_file(halves, shipped / WEIGHTS)
    (shipped / WEIGHTS).chmod(0o644)  # safetensors makes files that only their owner can read
    (shipped / STATE).write_text(json.dumps(state, indent=1))


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
