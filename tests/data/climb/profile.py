"""Keeps a log; the module is called as one of Python's own."""

from absl import logging
from torch.utils.tensorboard import SummaryWriter


class Profiler:
    def __init__(self, log_dir):
        logging.info("the log is in %s", log_dir)
        self.writer = SummaryWriter(log_dir=log_dir)
        self.best = (float("-inf"), "")

    def register(self, program, score):
        self.best = max(self.best, (score, program))
        self.writer.add_scalar("Best Score of Function", self.best[0], global_step=1)
        self.writer.add_text("Best Function String", self.best[1], global_step=1)
