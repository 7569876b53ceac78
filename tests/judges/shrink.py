"""Makes an evidence document smaller while it stays interesting: greedy delta debugging."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from evidence.file import EvidenceError, validate
from tests.judges.topologies import Document

Path = list[str | int]


def shrink(document: Document, interesting: Callable[[Document], bool]) -> Document:
    """The smallest document found that is valid and `interesting`, by leaving out one thing at a time."""
    smaller = True
    while smaller:
        smaller = False
        for things in (_resources, _parts):
            for path in reversed(list(things(document))):  # From the end: the paths before stay right.
                candidate = _without(document, path)
                if candidate is not None and _holds(candidate, interesting):
                    document, smaller = candidate, True
    return document


def _holds(document: Document, interesting: Callable[[Document], bool]) -> bool:
    try:
        validate(document, "a smaller document")
        return interesting(document)
    except (EvidenceError, LookupError, ValueError, ArithmeticError):
        return False  # What was left out is needed to read the rest.


def _resources(document: Document) -> Iterator[Path]:
    for number in range(len(document["resources"])):
        yield ["resources", number]


def _parts(document: Document) -> Iterator[Path]:
    """Every element of a list in a property: AWS shows the properties themselves of every resource."""
    for number, resource in enumerate(document["resources"]):
        for path in _elements(resource["properties"]):
            yield ["resources", number, "properties", *path]


def _elements(value: Any) -> Iterator[Path]:
    steps: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        if isinstance(value, list):
            yield [step]
        for rest in _elements(value[step]):
            yield [step, *rest]


def _without(document: Document, path: Path) -> Document | None:
    """`document` less what is at `path`; none where that is gone already, with the whole that it was in."""
    smaller = copy.deepcopy(document)
    holder: Any = smaller
    try:
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
    except LookupError:
        return None
    return smaller
