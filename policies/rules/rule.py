"""What a rule is: what it judges, what it says of it, and how a stack configures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from reachability import Evidence, Finding, Graph, Proof, Resource, Settings, Verdict, merge

Options = Mapping[str, Any]
"""A rule's configuration: every option of its schema, with the default where the stack sets none."""

PropertyPath = tuple[str | int, ...]
"""The path to a value inside a resource's properties, as `Resource.get` takes it."""

EVIDENCE: Mapping[str, Mapping[str, Any]] = {
    "evidence": {
        "description": "What is known of the account: the path of an evidence file, relative to the "
        "current directory (several, of other accounts or regions, as in PATH), or live, or none.",
        "type": "string",
        "minLength": 1,
        "default": "none",
    },
    "state": {
        "description": "What the stack manages, which does not count as evidence: the path of the output of "
        "`pulumi stack export`. Without it, the tags pulumi:project and pulumi:stack decide.",
        "type": "string",
        "default": "",
    },
}
"""The options of a rule that asks what the account holds beside the program."""


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
        remedy: what fixes it.
        undetermined: whether a value that is not known yet leaves the question open.
        optional: whether what is wrong is something that nobody needs: it is reported only.
        warning: whether the rule holds in spite of what is wrong: it is reported only.
        destination: of an egress the host and port, as the message has them.
    """

    urn: str | None
    codes: tuple[str, ...]
    message: str
    remedy: str
    undetermined: bool = False
    optional: bool = False
    warning: bool = False
    destination: str = ""

    def __str__(self) -> str:
        remedy = f" Remedy: {self.remedy}" if self.remedy else ""
        return f"{', '.join(self.codes)}: {self.message}{remedy}"


def violation(resource: Resource, code: str, message: str, remedy: str) -> Violation:
    """`resource` breaks the rule."""
    return Violation(resource.key, (code,), message, remedy)


def undetermined(resource: Resource, code: str, message: str, remedy: str) -> Violation:
    """Whether `resource` breaks the rule depends on a value that is not known."""
    return Violation(resource.key, (code,), message, remedy, undetermined=True)


def found(resource: Resource, finding: Finding) -> Violation:
    """What the proof finds wrong with `resource`."""
    report = undetermined if finding.verdict is Verdict.UNDETERMINED else violation
    return report(resource, finding.code, f"{finding.message}.", f"{finding.remedy}.")


class Stack:
    """What a rule of the whole stack sees.

    Attributes:
        program: the resources that the stack's program declares.
        evidence: what is known of the account beside them.
        evidence_problem: why the evidence that was asked for could not be read, one line.
    """

    def __init__(
        self,
        program: Graph,
        evidence: Evidence,
        evidence_problem: str | None = None,
        *,
        secrets: Mapping[str, frozenset[PropertyPath]] | None = None,
    ) -> None:
        self.program = program
        self.evidence = evidence
        self.evidence_problem = evidence_problem
        self._secrets = secrets or {}
        self._proofs: list[Proof] = []

    @cached_property
    def graph(self) -> Graph:
        """The program's resources over those of the account."""
        project, stack = _names(self.program)
        return merge(self.program, self.evidence, project=project, stack=stack)

    def proof(self, settings: Settings | None = None) -> Proof:
        """The proof over `graph`: one for all rules whose settings are the same."""
        wanted = settings or Settings()
        for proof in self._proofs:
            if proof.settings == wanted:
                return proof
        proof = Proof(self.graph, wanted, self.evidence.zones)
        self._proofs.append(proof)
        return proof

    def is_secret(self, resource: Resource, path: PropertyPath) -> bool:
        """Whether the value at `path` of a resource, or what it is in, is marked as secret."""
        marked = self._secrets.get(resource.key, frozenset())
        return any(path[: length + 1] in marked for length in range(len(path)))


def proof_alone(resource: Resource) -> Proof:
    """The proof over one resource, whatever else there may be."""
    return Proof(Graph([resource]))


def _names(program: Graph) -> tuple[str, str]:
    """The project and stack of a program, which every URN begins with."""
    for resource in program:
        _, _, stack_and_project = resource.key.partition("urn:pulumi:")
        stack, project, *_ = stack_and_project.split("::")
        return project, stack
    return "", ""


Judge = Callable[[Resource], Iterable[Violation]]


@dataclass(frozen=True)
class Rule:
    """One rule of the pack.

    A rule reads resources by `reachability.values` only and may meet `UNKNOWN` anywhere: what it
    needs and cannot know it reports as undetermined. Each resource is judged by itself, so that
    whatever goes wrong with one leaves the others judged.

    Attributes:
        name: the policy's name in Pulumi.
        description: what must hold, one sentence.
        reference: the AWS documents, by title, that say why.
        remedy: what fixes a violation, in general.
        judges: the type tokens of the resources that it judges.
        check_alone: what one resource alone can decide; it also runs before the resource is created.
        check: what only the whole stack can decide: given the stack, it returns what judges one
            resource of it. A rule without it never waits for the stack.
        options: a JSON Schema for each option, every one with a default.
    """

    name: str
    description: str
    reference: str
    remedy: str
    severity: Severity
    judges: tuple[str, ...]
    check_alone: Callable[[Resource, Options], Iterable[Violation]] | None = None
    check: Callable[[Stack, Options], Judge] | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
