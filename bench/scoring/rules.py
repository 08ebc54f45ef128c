"""Every rule by which an answer may be the law: the judge's own, and those of packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from bench.basics.extension import ExtensionError, load, offered, package_of
from bench.expression import Expression
from bench.problems import Domain
from bench.scoring.equivalence.rules import RULES, Rule
from bench.scoring.equivalence.verdict import Verdict

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@dataclass(frozen=True, slots=True)
class InstalledRule:
    """A rule that a package brings: ``decide(prediction, truth, domain)`` gives its verdict.

    It is asked in a step of its own, with its own limits, also where the judge knows the answer by
    every rule of its own. Its entry point in the group ``rediscover.rules`` is called by its name.
    ``title``, ``out_of_scope``: see ``Rule``. ``origin`` is filled in: the package.
    """

    name: str
    question: str
    decide: Callable[[Expression, Expression, Domain], Verdict]
    title: str = ""
    out_of_scope: Callable[[Expression], str] | None = None
    origin: str = ""


AnyRule: TypeAlias = Rule | InstalledRule


def all_rules() -> Mapping[str, AnyRule]:
    """Every rule by its name, in the order of tables: the judge's own first.

    Raises ExtensionError where a package's rule cannot be had, or is none.
    """
    return {**RULES, **installed_rules()}


def installed_rules() -> Mapping[str, InstalledRule]:
    """The rules of installed packages by name. Raises ExtensionError as ``all_rules`` does."""
    return {name: _loaded(point) for name, point in sorted(offered("rules").items())}


@cache
def _loaded(point: EntryPoint) -> InstalledRule:
    rule = load(point)
    if point.name in RULES:
        raise ExtensionError(
            f"{package_of(point)} offers a rule '{point.name}', which the judge has; rename it"
        )
    if not isinstance(rule, InstalledRule) or rule.name != point.name:
        raise ExtensionError(
            f"'{point.name}' of {package_of(point)} is {point.value}; it must be an InstalledRule "
            f"called '{point.name}', not {rule!r:.100}"
        )
    return replace(rule, origin=package_of(point))
