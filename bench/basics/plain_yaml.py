"""YAML as plain data: what ``yaml.safe_load`` gives, in a tenth of its time where libyaml is."""

from __future__ import annotations

from typing import Any


def plain_yaml(text: str | bytes) -> Any:
    """Mappings, lists and scalars; raises ``yaml.YAMLError`` where ``text`` is none of these."""
    import yaml

    # Both loaders are safe ones: they make plain data, and no object of any class.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
