"""Runs graphs through the policy pack: in its own process, as an engine does, or in this one.

What a graph looks like as a file: `case_files.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from enforcement.deployment import STACK_TYPE, Deployment
from enforcement.stacks import Stacks
from mailroute import wire
from rules.rule import Rule, Violation

PACK = Path(__file__).parents[2] / "policies"
PROJECT, STACK = "shop", "dev"
REGION = "us-east-1"
_MESSAGE_SIZE = 400 << 20


def urn_of(type_: str, name: str) -> str:
    return f"urn:pulumi:{STACK}::{PROJECT}::{type_}::{name}"


@dataclass(frozen=True)
class Node:
    """A resource as an engine shows it to a pack.

    Attributes:
        properties: its outputs.
        declared: its inputs, which the pack sees before it is created; its outputs where not given.
        dependencies: by property, the URNs that its value comes from.
        depends_on: the URNs that it is made after beside these.
        parent: the URN of its component.
        provider: the configuration of its provider.
    """

    type: str
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    declared: Mapping[str, Any] | None = None
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    parent: str = ""
    provider: Mapping[str, Any] = field(default_factory=lambda: {"region": REGION})

    @property
    def urn(self) -> str:
        return urn_of(self.type, self.name)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The URNs that it is made after, as an engine lists them."""
        return tuple(sorted({*self.depends_on, *chain.from_iterable(self.dependencies.values())}))


@dataclass(frozen=True)
class Result:
    """One diagnostic of the pack."""

    policy: str
    level: str
    urn: str
    codes: tuple[str, ...]
    message: str

    @property
    def resource(self) -> str:
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Results:
    """All that a pack said of a graph: of its resources one by one, and of its stack."""

    before: tuple[Result, ...]
    stack: tuple[Result, ...]
    not_applicable: tuple[str, ...]

    @property
    def all(self) -> tuple[Result, ...]:
        return self.before + self.stack

    def of(self, policy: str) -> tuple[Result, ...]:
        return tuple(result for result in self.all if result.policy == policy)

    def blocked(self, policy: str, urn: str) -> bool:
        return any(result.level == "MANDATORY" and result.urn == urn for result in self.of(policy))


class PackProcess:
    """The real pack, in the process that an engine would start, spoken to as an engine would.

    Args:
        updating: whether the engine updates or previews; `None` where it analyses a stack's state, and
            tells the pack nothing.
        python: what runs the pack.
    """

    def __init__(
        self,
        *,
        updating: bool | None,
        pack: Path = PACK,
        variables: Mapping[str, str] | None = None,
        python: str | Path = sys.executable,
    ) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "MAILROUTE_EVIDENCE"}
        if updating is not None:
            environment["PULUMI_DRY_RUN"] = "false" if updating else "true"
            environment |= {"PULUMI_PROJECT": PROJECT, "PULUMI_STACK": STACK}
        environment |= variables or {}
        self._process = subprocess.Popen(
            [python, "-u", "-m", "pulumi.policy", "127.0.0.1:0", "."],
            cwd=pack,
            env=environment,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().decode().strip()
        if not port:
            raise RuntimeError(f"the pack {pack} does not start")
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{port}",
            options=[
                ("grpc.max_send_message_length", _MESSAGE_SIZE),
                ("grpc.max_receive_message_length", _MESSAGE_SIZE),
            ],
        )
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        self.info = self._stub.GetAnalyzerInfo(Empty(), wait_for_ready=True)
        self._descriptions = {policy.name: policy.description for policy in self.info.policies}

    def __enter__(self) -> PackProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def configure(
        self,
        config: Mapping[str, Mapping[str, Any]],
        *,
        defaults: bool = True,
        levels: Mapping[str, int] | None = None,
    ) -> None:
        """Send a configuration as the official engine does: every rule, its level, defaults filled in."""
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self.info.policies:
            properties = {}
            if defaults:
                schema = wire.decode(policy.configSchema.properties)
                properties = {name: option["default"] for name, option in schema.items()}
            level = (levels or {}).get(policy.name, policy.enforcementLevel)
            request.policyConfig[policy.name].CopyFrom(
                analyzer_pb2.PolicyConfig(
                    enforcementLevel=level,
                    properties=wire.encode({**properties, **config.get(policy.name, {})}),
                )
            )
        self._stub.Configure(request)

    def run(self, nodes: Iterable[Node], *, declared: bool = True, deployed: bool = True) -> Results:
        """Analyse the stack resource, every other one if they are `declared`, and then the whole stack.

        Args:
            deployed: whether the resources come by one by one before; else the stack is analysed alone.
        """
        stack = Node(STACK_TYPE, f"{PROJECT}-{STACK}")
        given = tuple(nodes)
        nodes = given if any(node.type == STACK_TYPE for node in given) else (stack, *given)
        nodes = sorted(nodes, key=lambda node: node.type != STACK_TYPE)
        root, *others = nodes
        before = [self._analyze(root).result()] if deployed else []
        if deployed and declared:
            calls = [self._analyze(node) for node in others]  # Side by side, as an engine does.
            before += [call.result() for call in calls]
        response = self._stub.AnalyzeStack(whole(nodes))
        return Results(
            before=tuple(
                self._result(diagnostic, node.urn)
                for node, answer in zip(nodes, before, strict=False)
                for diagnostic in answer.diagnostics
            ),
            stack=tuple(self._result(diagnostic, stack.urn) for diagnostic in response.diagnostics),
            not_applicable=tuple(sorted(answer.policy_name for answer in response.not_applicable)),
        )

    def _analyze(self, node: Node) -> Any:
        return self._stub.Analyze.future(declaration(node))

    def _result(self, diagnostic: Any, urn: str) -> Result:
        message = diagnostic.message.removeprefix(self._descriptions[diagnostic.policyName] + "\n")
        return Result(
            policy=diagnostic.policyName,
            level=analyzer_pb2.EnforcementLevel.Name(diagnostic.enforcementLevel),
            urn=diagnostic.urn or urn,
            codes=tuple(message.partition(": ")[0].split(", ")),
            message=message,
        )


def declaration(node: Node) -> Any:
    """The message with which an engine shows a resource before it is created."""
    declared = node.properties if node.declared is None else node.declared
    if node.type == STACK_TYPE:
        declared = {}
    request = analyzer_pb2.AnalyzeRequest(
        type=node.type, urn=node.urn, name=node.name, properties=wire.encode(declared)
    )
    request.provider.CopyFrom(_provider(node))
    return request


def whole(nodes: Iterable[Node]) -> Any:
    """The message with which it shows the whole stack."""
    return analyzer_pb2.AnalyzeStackRequest(resources=[_resource(node) for node in nodes])


def _resource(node: Node) -> Any:
    resource = analyzer_pb2.AnalyzerResource(
        type=node.type,
        urn=node.urn,
        name=node.name,
        properties=wire.encode(node.properties),
        parent=node.parent,
        dependencies=node.waits_for,
    )
    resource.provider.CopyFrom(_provider(node))
    for name, sources in node.dependencies.items():
        resource.propertyDependencies[name].urns.extend(sources)
    return resource


def _provider(node: Node) -> Any:
    """The provider of `node`: one for each configuration, whose values are text, as an engine shows them."""
    settings = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in node.provider.items()
    }
    name = "default" if settings == {"region": REGION} else f"aws-{json.dumps(settings, sort_keys=True)}"
    provider = analyzer_pb2.AnalyzerProviderResource(
        type="pulumi:providers:aws", urn=urn_of("pulumi:providers:aws", name), name=name
    )
    provider.properties.update(settings)
    return provider


def judge(
    rule: Rule, nodes: Iterable[Node], options: Mapping[str, Any], evidence: Iterable[Mapping[str, Any]] = ()
) -> list[Violation]:
    """What `rule` says of a graph and the evidence beside it, in this process: no engine, and no SDK."""
    shown = tuple(nodes)
    deployment = Deployment()
    for node in shown:
        deployment.remember(declaration(node))
    found: list[Violation] = []
    if rule.check is None:
        for node in shown:
            if rule.check_alone is not None and node.type in rule.judges:
                found.extend(rule.check_alone(deployment.declared(declaration(node)), options))
        return found
    stack = Stacks(lambda: deployment.program(whole(shown)), tuple(evidence)).build(options)
    check = rule.check(stack, options)
    for resource in stack.program.of_type(*rule.judges):
        if rule.check_alone is not None:
            found.extend(rule.check_alone(resource, options))
        found.extend(check(resource))
    return found
