"""What a rehearsal has found so far, passed on as it happens."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ..result import Diagnostic, Level, NotApplicable, PolicyResult, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi.runtime.proto import analyzer_pb2

    from ..result import Event


class Journal:
    """Takes notes from any thread, and passes them on one at a time."""

    def __init__(self) -> None:
        self._on_event: Callable[[Event], None] = lambda _: None
        self._lock = threading.Lock()
        self.policies: list[PolicyResult] = []
        self.inapplicable: list[NotApplicable] = []
        self.diagnostics: list[Diagnostic] = []
        self.errors: list[Diagnostic] = []

    def follow(self, on_event: Callable[[Event], None]) -> None:
        """Pass on what is noted from now on, and the diagnostics that there are."""
        with self._lock:
            self._on_event = on_event
            for diagnostic in self.diagnostics:
                on_event(diagnostic)

    def tell(self, event: Event) -> None:
        with self._lock:
            self._on_event(event)

    def note(self, diagnostic: Diagnostic) -> None:
        with self._lock:
            self.diagnostics.append(diagnostic)
            self._on_event(diagnostic)

    def print(self, line: str) -> None:
        """Note a line that the program prints."""
        self.note(Diagnostic(Severity.INFO, line))

    def hold(self, error: Diagnostic) -> None:
        """Keep an error that the program logs: its last one is why it fails, if it does."""
        with self._lock:
            self.errors.append(error)

    def release(self) -> None:
        """Note the errors that the program has logged and not failed of."""
        for error in self.errors:
            self.note(error)

    def violation(self, pack: str, urn: str, found: analyzer_pb2.AnalyzeDiagnostic) -> bool:
        """Note a violation, of `urn` where the rule names no resource: whether it is mandatory."""
        from pulumi.runtime.proto import analyzer_pb2  # slow to load, and the processes start before that

        # A rule that remediates and still finds a violation blocks, as in Pulumi.
        blocking = found.enforcementLevel in (analyzer_pb2.MANDATORY, analyzer_pb2.REMEDIATE)
        result = PolicyResult(
            pack,
            found.policyName,
            Level.MANDATORY if blocking else Level.ADVISORY,
            found.urn or urn,
            # The SDK puts the rule's description before each of its messages.
            found.message.removeprefix(f"{found.description}\n"),
            _severity(found.severity),
        )
        with self._lock:
            self.policies.append(result)
            self._on_event(result)
        return blocking

    def remediation(self, pack: str, urn: str, done: analyzer_pb2.Remediation) -> bool:
        """Note that a rule has changed a resource's inputs, or why it could not: whether it has."""
        if done.diagnostic:
            result = PolicyResult(pack, done.policyName, Level.ADVISORY, urn, done.diagnostic)
            with self._lock:
                self.policies.append(result)
                self._on_event(result)
            return False
        self.note(Diagnostic(Severity.INFO, f"policy {done.policyName} of {pack} has remediated this", urn))
        return True

    def not_applicable(self, pack: str, urn: str, said: Iterable[analyzer_pb2.PolicyNotApplicable]) -> None:
        with self._lock:
            self.inapplicable.extend(NotApplicable(pack, note.policy_name, urn, note.reason) for note in said)


def _severity(number: analyzer_pb2.PolicySeverity.ValueType) -> str:
    from pulumi.runtime.proto import analyzer_pb2

    name = analyzer_pb2.PolicySeverity.Name(number).removeprefix("POLICY_SEVERITY_").lower()
    return "" if name == "unspecified" else name
