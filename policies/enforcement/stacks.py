"""The stack that rules of the whole stack judge: the program, and the evidence about the account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from evidence import EvidenceError, load, state
from reachability import Evidence, Graph, combine, parse
from rules.rule import Options, Stack

from . import paths

if TYPE_CHECKING:
    from .resources import Program

VARIABLE: Final = "MAILROUTE_EVIDENCE"
"""The environment variable that names the evidence, over what a rule's configuration says."""

STATE: Final = "MAILROUTE_STATE"
"""The one that names the stack's exported state."""


class Stacks:
    """One stack for all rules: what they share is read and built once.

    Args:
        read: reads the program, when the first rule asks.
        documents: the evidence itself, where that is at hand.
    """

    def __init__(
        self, read: Callable[[], Program], documents: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        self._read = read
        self._given = documents
        self._documents: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._built: dict[tuple[str, str], Stack] = {}

    def build(self, options: Options) -> Stack:
        """The program with the evidence that `options` ask for; what cannot be read of it is told."""
        evidence, state_path = "none", ""
        if "evidence" in options:
            evidence = os.environ.get(VARIABLE) or options["evidence"]
            state_path = os.environ.get(STATE) or options["state"]
        key = evidence, state_path
        if key not in self._built:
            self._built[key] = self._build(evidence, state_path)
        return self._built[key]

    @cached_property
    def _program(self) -> Program:
        return self._read()

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._program.resources)

    def _build(self, evidence: str, state_path: str) -> Stack:
        known, problem = Evidence(), None
        try:
            known = _evidence(self._read_documents(evidence), state_path, self._graph)
        except EvidenceError as error:
            problem = str(error)
        return Stack(self._graph, known, problem, secrets=self._program.secrets)

    def _read_documents(self, source: str) -> Sequence[Mapping[str, Any]]:
        """
        Raises:
            EvidenceError: there is none to be had.
        """
        if self._given is not None:
            return self._given
        if source not in self._documents:
            self._documents[source] = tuple(_documents(source, self._graph))
        return self._documents[source]


def _evidence(documents: Iterable[Mapping[str, Any]], state_path: str, program: Graph) -> Evidence:
    """What `documents` show, less what the stack whose state is at `state_path` manages.

    Raises:
        EvidenceError: the state is not to be read.
    """
    managed = state.load(paths.given(state_path)) if state_path else ()
    declared = frozenset(resource.key for resource in program) if managed else frozenset()
    return combine(parse(state.without(document, managed, declared)) for document in documents)


def _documents(source: str, program: Graph) -> Iterable[dict[str, Any]]:
    """
    Raises:
        EvidenceError: there is none to be had.
    """
    if source == "none":
        return ()
    if source == "live":
        from evidence import live  # boto3 takes half a second

        return (
            live.collect(ids, access.region, profile=access.profile, roles=access.roles)
            for access, ids in live.adopted(program).items()
        )
    return (load(paths.given(part)) for part in source.split(os.pathsep))
