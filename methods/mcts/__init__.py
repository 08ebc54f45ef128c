"""Monte Carlo tree search over expressions: ``mcts`` (plain) and ``rsrm`` (the full system)."""

from __future__ import annotations

from methods.mcts.method import MCTS, RSRM

__all__ = ["MCTS", "RSRM"]
