"""What a check found, in words, and all findings about one method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.basics.words import counted

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: ``advice`` says what to do about it."""

    check: str
    level: Level
    message: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.level:4}  {self.check}: {self.message}"
        return f"{line}\n      {self.advice}" if self.advice else line


@dataclass(frozen=True, slots=True)
class Conformance:
    """All findings about one method."""

    method: str
    findings: tuple[Finding, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.level == "fail")

    @property
    def exit_code(self) -> int:
        """0 where nothing failed; warnings are allowed."""
        return 1 if self.failures else 0

    def text(self) -> str:
        """The findings line by line, and what they come to."""
        warnings = counted(sum(one.level == "warn" for one in self.findings), "warning")
        verdict = "does not keep the contract" if self.failures else "keeps the contract"
        end = f"{self.method} {verdict}: {len(self.failures)} failed, {warnings}"
        return "\n".join([*map(str, self.findings), end])
