"""What findings and assumptions are made from: their codes, each with the statements that the proof makes."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, ClassVar

from ..verdict import Assumption, Finding, Outcome, Verdict

if TYPE_CHECKING:
    from typing import Protocol

    class Subject(Protocol):
        """What a finding is about: a resource, or a typed entity made from one."""

        @property
        def key(self) -> str: ...


class Statement:
    """One thing that the proof says under a code.

    Attributes:
        verdict: whether it proves the path dead, or only leaves it open; `REACHABLE` of a warning, `None` of
            an assumption.
        message: what is wrong; `{subject}` is the resource at fault, other fields are the facts.
        remedy: what fixes it, with the same fields.
        facts: the names of the fields, `subject` aside.
    """

    def __init__(self, code: Code, verdict: Verdict | None, message: str, remedy: str) -> None:
        self.code = code
        self.verdict = verdict
        self.message = message
        self.remedy = remedy
        named = (name for text in (message, remedy) for _, name, _, _ in Formatter().parse(text) if name)
        self.facts = frozenset(name.partition(".")[0] for name in named) - {"subject"}

    def __call__(self, subject: Subject | str, **facts: object) -> Outcome:
        """The outcome with this alone, about `subject`: an entity, or the key of one.

        Raises:
            TypeError: `facts` are not those that the texts name.
        """
        if facts.keys() != self.facts:
            raise TypeError(f"{self.code.name} takes {sorted(self.facts)}, not {sorted(facts)}")
        key = subject if isinstance(subject, str) else subject.key
        message, remedy = (text.format(subject=subject, **facts) for text in (self.message, self.remedy))
        if self.verdict is None:
            return Outcome(assumptions=(Assumption(self.code.name, key, message, remedy),))
        finding = Finding(self.code.name, key, message, remedy, self.verdict)
        if self.verdict is Verdict.REACHABLE:
            return Outcome(warnings=(finding,))
        return Outcome(findings=(finding,))


class Code:
    """A code of findings or assumptions, after AWS Reachability Analyzer's explanation codes if it has one.

    Attributes:
        source: the title of the AWS document, or the RFC, that says so.
        statements: what the proof says under it, in the order of their definition.
    """

    catalogue: ClassVar[dict[str, Code]] = {}
    """Every code by its name."""

    def __init__(self, name: str, source: str) -> None:
        """
        Raises:
            ValueError: there is such a code already.
        """
        if name in self.catalogue:
            raise ValueError(f"the code {name} is defined twice")
        self.name = name
        self.source = source
        self.statements: list[Statement] = []
        self.catalogue[name] = self

    def unreachable(self, message: str, remedy: str) -> Statement:
        """A statement that proves the path dead."""
        return self._add(Verdict.UNREACHABLE, message, remedy)

    def undetermined(self, message: str, remedy: str) -> Statement:
        """A statement that leaves the path open."""
        return self._add(Verdict.UNDETERMINED, message, remedy)

    def warning(self, message: str, remedy: str) -> Statement:
        """A statement of a fault that the verdict does not depend on."""
        return self._add(Verdict.REACHABLE, message, remedy)

    def assumption(self, message: str, remedy: str) -> Statement:
        """A statement of what is assumed so that the packet passes; the remedy says how to know it."""
        return self._add(None, message, remedy)

    def _add(self, verdict: Verdict | None, message: str, remedy: str) -> Statement:
        statement = Statement(self, verdict, message, remedy)
        self.statements.append(statement)
        return statement
