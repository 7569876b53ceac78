"""What a rule is: what it judges, what it says of it, and how a stack configures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from reachability.graph import Graph, Resource

Options = Mapping[str, Any]
"""A rule's configuration: every option of its schema, with the default where the stack sets none."""


class Severity(str, Enum):
    """How much harm is done where the rule is broken."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Violation:
    """One thing that a rule objects to.

    Attributes:
        urn: the resource at fault, `None` for the stack as a whole.
        codes: what is wrong, in capitals; several where one violation has several causes.
        message: what is wrong, where, and the value, which is never that of a secret.
        remedy: what mends it.
        undetermined: whether a value that is not known yet leaves the question open.
    """

    urn: str | None
    codes: tuple[str, ...]
    message: str
    remedy: str
    undetermined: bool = False

    def __str__(self) -> str:
        return f"{', '.join(self.codes)}: {self.message} {self.remedy}".strip()


def violation(resource: Resource, code: str, message: str, remedy: str) -> Violation:
    """`resource` breaks the rule."""
    return Violation(resource.key, (code,), message, remedy)


def undetermined(resource: Resource, code: str, message: str, remedy: str) -> Violation:
    """Whether `resource` breaks the rule depends on a value that is not known."""
    return Violation(resource.key, (code,), message, remedy, undetermined=True)


@dataclass(frozen=True)
class Stack:
    """What a rule of the whole stack sees.

    Attributes:
        program: the resources that the stack's program declares.
        graph: the same over what evidence says of the account.
        evidence_problem: why the evidence that was asked for could not be read, one line.
    """

    program: Graph
    graph: Graph
    evidence_problem: str | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of the pack.

    A rule reads resources by `reachability.values` only and may meet `UNKNOWN` anywhere: what it
    needs and cannot know it reports as undetermined. Each resource is judged by itself, so that
    whatever goes wrong with one leaves the others judged.

    Attributes:
        name: the policy's name in Pulumi.
        description: what must hold, one sentence.
        reference: the AWS document, by title, that says why.
        remedy: what mends a violation, in general.
        judges: the type tokens of the resources that it judges.
        check_alone: what one resource alone can decide; it also runs before the resource is created.
        check: what only the whole stack can decide. A rule without it never waits for the stack.
        options: a JSON Schema for each option, every one with a default.
    """

    name: str
    description: str
    reference: str
    remedy: str
    severity: Severity
    judges: tuple[str, ...]
    check_alone: Callable[[Resource, Options], Iterable[Violation]] | None = None
    check: Callable[[Resource, Stack, Options], Iterable[Violation]] | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
