"""A worker's waits for what it asks: one question at a time, the time for it granted."""

from __future__ import annotations

from bench.running.measuring.grants import Grants
from bench.running.measuring.usage import Usage
from bench.running.sandbox import wire
from bench.running.sandbox.messages.with_worker import Reply
from bench.running.sandbox.workerprocess import WorkerProcess

_LISTEN_SECONDS = 5.0  # for a worker that has asked to take its answer


class ModelWait:
    """What a worker has asked of the runner, and what of its waiting is granted.

    At most ``most`` seconds are granted to a run. ``question`` is the number of the last question,
    and ``listens`` says that the worker waits for its answer.
    """

    def __init__(self, worker: WorkerProcess, usage: Usage, most: float) -> None:
        self._worker = worker
        self._usage = usage
        self._grants = Grants(most)
        self.question = 0
        self.listens = False

    @property
    def seconds(self) -> float:
        """What has been granted so far."""
        return self._grants.seconds

    def begin(self, question: int, now: float) -> float:
        """The worker has asked; by how many seconds the run may end later."""
        self._usage.look()
        self.question, self.listens = question, True
        return self._grants.begin(now, self._usage.cpu_seconds)

    def stop(self, now: float) -> tuple[float, float]:
        """The time of a wait, if there is one, ends now; what is granted of it, and by how many
        seconds the run must end sooner than ``begin`` said."""
        if not self._grants.waiting:
            return 0.0, 0.0
        self._usage.look()
        return self._grants.end(now, self._usage.cpu_seconds)

    def answer(self, answer: Reply) -> bool:
        """Give the worker what it waits for; False where it does not listen and so is none."""
        self.listens = False
        self._worker.socket.settimeout(_LISTEN_SECONDS)
        try:
            wire.send(self._worker.socket, answer)
        except OSError:
            return False
        finally:
            self._worker.socket.setblocking(False)
        return True
