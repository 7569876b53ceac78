"""What a rehearsal has found so far, passed on as it happens."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..result import Diagnostic, Level, NotApplicable, PolicyResult, Severity
from .processes import LONGEST_LINE, left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi.runtime.proto import analyzer_pb2

    from ..result import Event


_MOST_TEXT: Final = 1_000_000
"""Characters of what the program, the packs and the engine say that are kept."""
_LINE_COSTS: Final = 100
"""Characters that each of them counts as beside its own."""
_MOST_ERRORS: Final = 100
_NO_ROOM: Final = f"what is said from here on is left out: it is more than {_MOST_TEXT:,} characters"


class Journal:
    """Takes notes from any thread, and passes them on one at a time.

    What a program says is bounded: no report is made of more, and nobody would read it.
    """

    def __init__(self) -> None:
        self._on_event: Callable[[Event], None] = lambda _: None
        self._lock = threading.Lock()
        self._room = _MOST_TEXT
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
            room = self._room
            # Why a program fails is said however much it has said before.
            if room <= (-_MOST_TEXT if diagnostic.severity is Severity.ERROR else 0):
                return
            shown = _short(diagnostic)
            self._room -= len(shown.message) + _LINE_COSTS
            self._keep(shown)
            if room > 0 >= self._room:
                self._keep(Diagnostic(Severity.WARNING, _NO_ROOM))

    def _keep(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)
        self._on_event(diagnostic)

    def print(self, line: str) -> None:
        """Note a line that the program prints."""
        self.note(Diagnostic(Severity.INFO, line))

    def hold(self, error: Diagnostic) -> None:
        """Keep an error that the program logs: its last one is why it fails, if it does."""
        with self._lock:
            if len(self.errors) == _MOST_ERRORS:
                self.errors.pop()
            self.errors.append(_short(error))

    def release(self) -> None:
        """Note the errors that the program has logged and not failed of."""
        for error in self.errors:
            self.note(error)

    def violation(self, pack: str, urn: str, found: analyzer_pb2.AnalyzeDiagnostic) -> bool:
        """Note a violation, of `urn` where the rule names no resource: whether it is mandatory."""
        from pulumi.runtime.proto import analyzer_pb2  # slow to load, and the processes start before that

        # A rule that remediates and still finds a violation blocks, as in Pulumi; so does an unknown level.
        blocking = found.enforcementLevel not in (analyzer_pb2.ADVISORY, analyzer_pb2.DISABLED)
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


def _short(diagnostic: Diagnostic) -> Diagnostic:
    length = len(diagnostic.message)
    if length <= LONGEST_LINE:
        return diagnostic
    return replace(diagnostic, message=left_out(f"a message of {length:,} characters"))


def _severity(number: int) -> str:
    from pulumi.runtime.proto import analyzer_pb2

    # What is not known weighs nothing: the level alone says whether a violation blocks.
    known: dict[int, str] = {value: name for name, value in analyzer_pb2.PolicySeverity.items()}
    name = known.get(number, "").removeprefix("POLICY_SEVERITY_").lower()
    return "" if name == "unspecified" else name
