"""Rehearsals to compare the report and the pack by: of programs that run once, and of policy cases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from pulumi.runtime.proto import analyzer_pb2

from enforcement.deployment import STACK_TYPE
from mailroute.cli.inputs import load_account, load_project
from mailroute.cli.run import starting
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.result import Operation, PlannedResource, Rehearsal
from tests.corpus.forked import ForkingChildren
from tests.policies.case_files import PolicyCase
from tests.policies.harness import (
    PACK,
    PROJECT,
    STACK,
    Node,
    PackProcess,
    Result,
    urn_of,
)

ACCOUNTS: Final = {"blocked": PACK.parent / "accounts" / "prod.json"}
"""The account files of the programs that have none beside them."""

PROVIDER_TYPE: Final = "pulumi:providers:aws"


@dataclass(frozen=True)
class Recorded:
    """A rehearsal, the account that it ran against, and the messages that a pack would have got."""

    rehearsal: Rehearsal
    account: Account
    resources: tuple[Any, ...]
    stack: Any


@cache
def recorded(program: Path, stack: str, operation: Operation) -> Recorded:
    """Run the program in the directory `program` under a pack that only listens."""
    project = load_project(program, stack)
    account, _ = load_account(project, ACCOUNTS.get(program.name))
    listener = _Listener()
    with (
        patch("mailroute.rehearsal.embedded.children.PolicyPack", lambda *_args, **_options: listener),
        patch("mailroute.rehearsal.embedded.children.Children", ForkingChildren),
        starting("embedded", project, operation=operation, packs=[PACK]) as run,
    ):
        rehearsal = run(account, pack_config=None, timeout=120, on_event=lambda _event: None)
    return Recorded(rehearsal, account, tuple(listener.resources), listener.stack)


class _Listener:
    """In place of the engine's end of a pack's process."""

    name = "listener"

    def __init__(self) -> None:
        self.resources: list[Any] = []
        self.stack: Any = None

    def configure(self, given: Mapping[str, Any]) -> None:
        assert not given

    def remediate(self, _request: Any) -> None:
        return None

    def analyze(self, request: Any) -> bool:
        self.resources.append(_copy(request, analyzer_pb2.AnalyzeRequest()))
        return False

    def analyze_stack(self, request: Any, _stack: str) -> None:
        self.stack = _copy(request, analyzer_pb2.AnalyzeStackRequest())

    def finish(self) -> None:
        pass

    close = finish


def rehearsal_of(case: PolicyCase) -> Rehearsal:
    """The rehearsal of a program that declares the graph of a policy case."""
    stack = Node(STACK_TYPE, f"{PROJECT}-{STACK}")
    nodes = case.nodes if any(node.type == STACK_TYPE for node in case.nodes) else (stack, *case.nodes)
    providers = {_provider_of(node): node.provider for node in nodes if node.type != STACK_TYPE}
    return Rehearsal(
        project=PROJECT,
        stack=STACK,
        engine="embedded",
        operation=Operation.UP if case.updating else Operation.PREVIEW,
        resources=(
            *(_provider(urn, configuration) for urn, configuration in providers.items()),
            *(_planned(node) for node in nodes),
        ),
        policies=(),
        not_applicable=(),
        outputs={},
        diagnostics=(),
    )


def _provider_of(node: Node) -> str:
    return urn_of(PROVIDER_TYPE, json.dumps(node.provider, sort_keys=True))


def _provider(urn: str, configuration: Mapping[str, Any]) -> PlannedResource:
    """A provider's configuration is text, as an engine shows it."""
    inputs = {key: one if isinstance(one, str) else json.dumps(one) for key, one in configuration.items()}
    return PlannedResource(
        urn, PROVIDER_TYPE, "aws", custom=True, parent=None, id=None, inputs=inputs, outputs=inputs
    )


def _planned(node: Node) -> PlannedResource:
    return PlannedResource(
        urn=node.urn,
        type=node.type,
        name=node.name,
        custom=True,
        parent=node.parent or None,
        id=None,
        inputs=node.properties if node.declared is None else node.declared,
        outputs=node.properties,
        dependencies=node.waits_for,
        property_dependencies=node.dependencies,
        provider=None if node.type == STACK_TYPE else _provider_of(node),
    )


def _copy(message: Any, into: Any) -> Any:
    into.CopyFrom(message)
    return into


def replay(pack: PackProcess, shown: Recorded) -> Iterator[Result]:
    """What the pack says of a deployment that it is shown again."""
    for request in shown.resources:
        answer = pack._stub.Analyze(request)
        yield from (pack._result(found, request.urn) for found in answer.diagnostics)
    stack = next(request.urn for request in shown.resources if request.type == STACK_TYPE)
    answer = pack._stub.AnalyzeStack(shown.stack)
    yield from (pack._result(found, stack) for found in answer.diagnostics)
