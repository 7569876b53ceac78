"""The stack that rules of the whole stack judge: the program, and the evidence about the account."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence import EvidenceError, load, state
from reachability import Evidence, Graph, Resource, combine, parse
from rules.rule import Options, Stack

if TYPE_CHECKING:
    from evidence.live import Access

VARIABLE = "MAILROUTE_EVIDENCE"
"""The environment variable that names the evidence, over what a rule's configuration says."""

STATE = "MAILROUTE_STATE"
"""The one that names the stack's exported state."""


def build(
    resources: Iterable[Resource], options: Options, documents: Sequence[Mapping[str, Any]] | None = None
) -> Stack:
    """Build the stack of a program's `resources`, with the evidence that `options` ask for.

    Args:
        documents: the evidence itself, where that is at hand.
    """
    program = Graph(resources)
    if "evidence" not in options:
        return Stack(program, Evidence())
    try:
        if documents is None:
            documents = _documents(os.environ.get(VARIABLE) or options["evidence"], program)
        return Stack(program, _evidence(documents, os.environ.get(STATE) or options["state"], program))
    except EvidenceError as error:
        return Stack(program, Evidence(), str(error))


def _evidence(documents: Iterable[Mapping[str, Any]], source: str, program: Graph) -> Evidence:
    """What `documents` show, less what the stack whose state is at `source` manages.

    Raises:
        EvidenceError: the state is not to be read.
    """
    managed = state.load(_path(source)) if source else ()
    declared = frozenset(resource.key for resource in program) if managed else frozenset()
    return combine(parse(state.without(document, managed, declared)) for document in documents)


def _documents(source: str, program: Graph) -> tuple[dict[str, Any], ...]:
    """
    Raises:
        EvidenceError: there is none to be had.
    """
    if source == "none":
        return ()
    if source == "live":
        from evidence import live  # boto3 takes half a second

        return _collect(tuple(live.adopted(program).items()))
    paths = (_path(part) for part in source.split(os.pathsep))
    return _load(tuple((path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths))


def _path(source: str) -> Path:
    """The pack runs in its own folder: a path is meant from where the command was given."""
    return Path(os.environ.get("PWD", ""), source)


@lru_cache(maxsize=1)
def _collect(needs: tuple[tuple[Access, frozenset[str]], ...]) -> tuple[dict[str, Any], ...]:
    """Several rules ask for the same account."""
    from evidence import live

    return tuple(
        live.collect(ids, access.region, profile=access.profile, roles=access.roles) for access, ids in needs
    )


@lru_cache(maxsize=1)
def _load(files: tuple[tuple[Path, int], ...]) -> tuple[dict[str, Any], ...]:
    """Several rules ask for the same files, as they were when they were written."""
    return tuple(load(path) for path, _written in files)
