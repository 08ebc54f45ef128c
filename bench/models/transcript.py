"""Transcripts: every prompt of a run and its answer, in a file that a kill leaves usable.

One JSON object a line: first whose transcript it is, then ``asked`` before a call is made and
``answered`` behind it. A call that was asked and not answered when its run ended was ``lost``.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.basics.files import write_whole
from bench.models.completion import Completion
from bench.models.prompt import Prompt

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Exchange:
    """A prompt and its answer (None: lost), and what getting it took."""

    key: str
    prompt: Prompt
    completion: Completion | None = None
    seconds: float = 0.0
    attempts: int = 0


@dataclass
class Transcript:
    """The exchanges of one run, by key, in the order in which they were asked."""

    path: Path
    run: str
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    lost: list[Exchange] = field(default_factory=list)

    @classmethod
    def opened(cls, path: Path, run: str) -> Transcript:
        """The transcript at ``path``, where it is of the run with this digest; else a new one.

        What a kill has cut off is left out. Raises OSError.
        """
        found = read_transcript(path)
        transcript = found if found is not None and found.run == run else cls(path, run)
        transcript.settle()
        return transcript

    def ask(self, key: str, prompt: Prompt) -> None:
        """Note, on disk, that a call is about to be made."""
        self.exchanges[key] = Exchange(key, prompt)
        self._append({"asked": key, "prompt": prompt.to_json()})

    def answer(self, exchange: Exchange) -> None:
        """Note, on disk, what came back."""
        self.exchanges[exchange.key] = exchange
        self._append(_answered(exchange))

    def settle(self) -> str:
        """Give up what has no answer, write the file in the order of the calls; its SHA-256."""
        self.lost += [one for one in self.exchanges.values() if one.completion is None]
        self.exchanges = {
            key: one for key, one in self.exchanges.items() if one.completion is not None
        }
        content = _content(self)
        write_whole(self.path, content)
        return hashlib.sha256(content).hexdigest()

    def copy_to(self, path: Path) -> None:
        """Write the exchanges that have an answer, behind those that are in ``path`` already."""
        kept = dict(read_exchanges(path))
        kept.update((key, one) for key, one in self.exchanges.items() if one.completion is not None)
        write_whole(path, _content(Transcript(path, self.run, kept)))

    def _append(self, line: Mapping[str, Any]) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        with os.fdopen(descriptor, "ab") as file:
            file.write(_line(line))
            file.flush()
            os.fsync(file.fileno())


def read_transcript(path: Path) -> Transcript | None:
    """The transcript in a file, None where there is none; a line that cannot be read ends it."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    try:
        head = json.loads(lines[0])
        if head["transcript"] != SCHEMA or not isinstance(head["run"], str):
            return None
    except (ValueError, KeyError, TypeError):
        return None
    transcript = Transcript(path, head["run"])
    for line in lines[1:-1]:
        try:
            _take(transcript, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            break
    return transcript


def read_exchanges(path: Path) -> Mapping[str, Exchange]:
    """The exchanges in a file that have an answer, by key; none where it is not there."""
    found = read_transcript(path)
    exchanges = {} if found is None else found.exchanges
    return {key: one for key, one in exchanges.items() if one.completion is not None}


_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_ROUNDING = 1e-9
"""How far numbers of a prompt may be off, relatively: processors round last digits differently."""


def alike(asked: Prompt, recorded: Prompt) -> bool:
    """Whether two prompts are the same but for the last digits of their numbers."""
    if replace(asked, messages=recorded.messages) != recorded:
        return False
    if [role for role, _ in asked.texts] != [role for role, _ in recorded.texts]:
        return False
    return all(
        _same_but_for_rounding(one, other)
        for (_, one), (_, other) in zip(asked.texts, recorded.texts, strict=True)
    )


def _same_but_for_rounding(text: str, other: str) -> bool:
    if _NUMBER.sub("0", text) != _NUMBER.sub("0", other):
        return False
    pairs = zip(_NUMBER.findall(text), _NUMBER.findall(other), strict=True)
    return all(
        one == two or math.isclose(float(one), float(two), rel_tol=_ROUNDING) for one, two in pairs
    )


def difference(asked: Prompt, recorded: Prompt) -> str:
    """The first message in which two prompts differ, and where, in a sentence."""
    for at, (one, other) in enumerate(zip(asked.texts, recorded.texts, strict=False), 1):
        if one != other:
            text, before = one[1], other[1]
            start = next(
                (i for i, (a, b) in enumerate(zip(text, before, strict=False)) if a != b),
                min(len(text), len(before)),
            )
            now, then = text[start : start + 40], before[start : start + 40]
            return f"message {at} differs at character {start}: it is {now!r} and was {then!r}"
    if len(asked.texts) != len(recorded.texts):
        return f"there are {len(asked.texts)} messages and were {len(recorded.texts)}"
    return "the messages are the same, and how the answer is to be drawn is not"


def _take(transcript: Transcript, plain: Mapping[str, Any]) -> None:
    if "asked" in plain:
        key = str(plain["asked"])
        transcript.exchanges[key] = Exchange(key, Prompt.from_json(plain["prompt"]))
        return
    if "lost" in plain:
        transcript.lost.append(Exchange(str(plain["lost"]), Prompt.from_json(plain["prompt"])))
        return
    key = str(plain["answered"])
    completion = Completion.from_json(plain["completion"])
    prompt = transcript.exchanges[key].prompt
    seconds, attempts = float(plain["seconds"]), int(plain["attempts"])
    transcript.exchanges[key] = Exchange(key, prompt, completion, seconds, attempts)


def _content(transcript: Transcript) -> bytes:
    lines = [_line({"transcript": SCHEMA, "run": transcript.run})]
    for one in transcript.lost:
        lines.append(_line({"lost": one.key, "prompt": one.prompt.to_json()}))
    for key, one in transcript.exchanges.items():
        lines.append(_line({"asked": key, "prompt": one.prompt.to_json()}))
        if one.completion is not None:
            lines.append(_line(_answered(one)))
    return b"".join(lines)


def _answered(exchange: Exchange) -> dict[str, Any]:
    assert exchange.completion is not None
    return {
        "answered": exchange.key,
        "completion": exchange.completion.to_json(),
        "seconds": round(exchange.seconds, 6),
        "attempts": exchange.attempts,
    }


def _line(plain: Mapping[str, Any]) -> bytes:
    return json.dumps(plain, allow_nan=False).encode() + b"\n"
