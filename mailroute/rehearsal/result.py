"""What a rehearsal yields: the planned resources, what the policies say of them, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class RehearsalError(Exception):
    """The program, its config, its policy pack or an argument is wrong: `str()` is one clear line.

    Attributes:
        seen: the resources until then.
    """

    seen: tuple[PlannedResource, ...] = ()


class EngineFault(Exception):
    """Something that mailroute itself got wrong: `str()` is one clear line.

    Attributes:
        trace: the traceback to show, empty for this one's own.
    """

    def __init__(self, line: str, trace: str = "") -> None:
        super().__init__(line)
        self.trace = trace

    @classmethod
    def of(cls, error: Exception) -> EngineFault:
        """The fault that an exception which nobody expected amounts to; the exception is its cause."""
        fault = cls(f"{type(error).__name__}: {' '.join(str(error).split())}")
        fault.__cause__ = error
        return fault


class Operation(Enum):
    PREVIEW = "preview"
    UP = "up"


class Level(Enum):
    """How much a policy's violation weighs: only a mandatory one blocks."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"


class Severity(Enum):
    """How loud a line of the program or of the engine is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Source:
    """A line of the program.

    Attributes:
        file: relative to the project's directory where it is inside, with `/` between the folders.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class PlannedResource:
    """One resource of the program, as the engine knows it in the end.

    Attributes:
        type: Pulumi's type token, `pulumi:pulumi:Stack` and `pulumi:providers:aws` among them.
        custom: whether a provider manages it; a component and the stack are not.
        parent: the URN of its parent.
        id: its id, where it is known.
        inputs: checked inputs in camelCase, as `wire.decode` gives them: `UNKNOWN` and `wire.Secret` inside.
        outputs: inputs and computed values; of a component its registered outputs.
        dependencies: the URNs that it waits for.
        property_dependencies: the URNs that each top-level input takes its value from.
        provider: the URN of its provider resource.
        aliases: the URNs that it may have had before.
        source: where the program registers it, where its SDK says that.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str | None
    id: str | None
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: str | None = None
    aliases: tuple[str, ...] = ()
    source: Source | None = None


@dataclass(frozen=True)
class PolicyResult:
    """A violation.

    Attributes:
        urn: the resource at fault, empty where the rule named none.
        severity: `low`, `medium`, `high` or `critical`, empty where the rule gives none.
        accepted: why it does not block, where a baseline says so and not the pack itself.
    """

    pack: str
    policy: str
    level: Level
    urn: str
    message: str
    severity: str = ""
    accepted: str = ""


@dataclass(frozen=True)
class NotApplicable:
    """A policy that said that it does not apply, and why."""

    pack: str
    policy: str
    urn: str
    reason: str


@dataclass(frozen=True)
class Diagnostic:
    """A line that the program, its provider or the engine has to say."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Registered:
    """The program has declared a resource."""

    urn: str
    type: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Completed:
    """A resource is planned (preview) or created (up), and its outputs are there.

    Attributes:
        id: its id where it is known.
    """

    urn: str
    id: str | None


Event = Registered | Completed | PolicyResult | Diagnostic
"""What a live view shows, as it happens. Events arrive one at a time, on any thread."""


@dataclass(frozen=True)
class Creation:
    """The creation that is simulated beside a preview.

    Attributes:
        resources: what there is in the end, or was until it failed.
        problem: why it has failed, empty where it has not.
    """

    resources: tuple[PlannedResource, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Interpreter:
    """The Python that ran the program."""

    path: str
    version: str


@dataclass(frozen=True)
class Rehearsal:
    """A finished rehearsal.

    Attributes:
        engine: `embedded` or `pulumi`.
        resources: in the order in which they were completed, the stack and the providers among them.
        outputs: of the stack, as `wire.decode` gives them.
    """

    project: str
    stack: str
    engine: str
    operation: Operation
    resources: tuple[PlannedResource, ...]
    policies: tuple[PolicyResult, ...]
    not_applicable: tuple[NotApplicable, ...]
    outputs: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]
    python: Interpreter | None = None

    @property
    def ok(self) -> bool:
        """Whether every mandatory policy holds."""
        return not any(result.level is Level.MANDATORY for result in self.policies)
