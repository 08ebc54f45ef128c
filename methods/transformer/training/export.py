"""From a training folder to a network that ships: weights as float16, state without the optimiser.

python -m methods.transformer.training.export TRAINING_FOLDER [SHIPPED_FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from methods.transformer.checkpoint import load_network, save_network
from methods.transformer.method import SHIPPED


def export(training: Path, shipped: Path) -> None:
    """Write the network in ``training`` into ``shipped``, to be read by ``load_network``."""
    network, state = load_network(training)
    kept = {name: value for name, value in state.items() if name != "shape"}
    save_network(network, shipped, kept, torch.float16)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else SHIPPED)
