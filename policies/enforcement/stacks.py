"""The stack that rules of the whole stack judge: the program, and the evidence about the account."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import EvidenceError, load
from reachability import Evidence, Graph, Resource, combine, parse
from rules.rule import Options, Stack

if TYPE_CHECKING:
    from evidence.live import Access

VARIABLE = "MAILROUTE_EVIDENCE"
"""The environment variable that names the evidence, over what a rule's configuration says."""


def build(resources: Iterable[Resource], options: Options) -> Stack:
    """Build the stack of a program's `resources`, with the evidence that `options` ask for."""
    program = Graph(resources)
    source = os.environ.get(VARIABLE) or options["evidence"] if "evidence" in options else "none"
    try:
        return Stack(program, _read(source, program))
    except EvidenceError as error:
        return Stack(program, Evidence(), str(error))


def _read(source: str, program: Graph) -> Evidence:
    """
    Raises:
        EvidenceError: there is none to be had.
    """
    if source == "none":
        return Evidence()
    if source == "live":
        from evidence import live  # boto3 takes half a second

        return _collect(tuple(live.adopted(program).items()))
    # The pack runs in its own folder: a path is meant from where the command was given.
    path = Path(os.environ.get("PWD", ""), source)
    return _parse(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=1)
def _collect(needs: tuple[tuple[Access, frozenset[str]], ...]) -> Evidence:
    """Several rules ask for the same account."""
    from evidence import live

    return combine(
        parse(live.collect(ids, access.region, profile=access.profile, roles=access.roles))
        for access, ids in needs
    )


@lru_cache(maxsize=1)
def _parse(path: Path, _written: int) -> Evidence:
    """Several rules ask for the same file."""
    return parse(load(path))
