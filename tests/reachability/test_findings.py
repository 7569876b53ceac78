"""The catalogue of findings: each statement says what it needs, and every use gives it just that."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest

import reachability
from reachability import Finding, Outcome, Verdict, findings
from reachability.findings.code import Code, Statement
from reachability.verdict import Assumption

PACKAGE: Final = Path(reachability.__file__).parent
FILES: Final = {
    name: module
    for name, module in vars(findings).items()
    if name
    in (
        "assumptions",
        "conflicts",
        "endpoints",
        "filters",
        "gateways",
        "names",
        "placement",
        "refusals",
        "routing",
    )
}
STATEMENTS: Final = {
    f"{file}.{name}": statement
    for file, module in FILES.items()
    for name, statement in vars(module).items()
    if isinstance(statement, Statement)
}


def test_every_code_has_a_source_and_a_statement() -> None:
    assert len(Code.catalogue) > 60
    for code in Code.catalogue.values():
        assert code.source, code.name
        assert code.statements, code.name


def test_every_statement_has_a_name() -> None:
    listed = [statement for code in Code.catalogue.values() for statement in code.statements]
    assert len(listed) > 130
    assert set(map(id, listed)) == set(map(id, STATEMENTS.values()))


def test_a_code_is_defined_once() -> None:
    with pytest.raises(ValueError, match="the code NO_SUBNET is defined twice"):
        Code("NO_SUBNET", "anywhere")


def test_facts_that_are_not_those_of_the_texts_raise() -> None:
    with pytest.raises(
        TypeError, match=r"NO_ROUTE_TO_DESTINATION takes \['name', 'subnet'\], not \['name'\]"
    ):
        findings.routing.NO_ROUTE(SimpleNamespace(key="table", called="table"), name="a host")


def test_a_statement_makes_one_finding_about_its_subject() -> None:
    outcome = findings.names.PORT_25("urn:service")
    (finding,) = outcome.findings
    assert (finding.code, finding.resource) == ("PORT_25_BLOCKED", "urn:service")
    assert finding.verdict is outcome.verdict is Verdict.UNDETERMINED
    assert outcome.path == ()


@pytest.mark.parametrize(
    ("add", "expected"),
    [
        (Code.warning, Outcome(warnings=(Finding("ODD", "urn:a", "a is odd", "end it", Verdict.REACHABLE),))),
        (Code.assumption, Outcome(assumptions=(Assumption("ODD", "urn:a", "a is odd", "end it"),))),
    ],
    ids=["warning", "assumption"],
)
def test_a_statement_may_say_what_lowers_no_verdict(
    add: Callable[[Code, str, str], Statement], expected: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Code, "catalogue", {})
    statement = add(Code("ODD", "nowhere"), "{name} is odd", "end it")
    assert statement("urn:a", name="a") == expected


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_a_statement_reads_as_a_part_of_a_sentence(name: str) -> None:
    """Reports put a full stop behind it, and the code before it."""
    statement = STATEMENTS[name]
    for text in (statement.message, statement.remedy):
        assert text == " ".join(text.split())
        assert not text.endswith((".", " "))
        assert text


def test_every_use_gives_the_facts_that_the_statement_takes() -> None:
    uses = [use for path in _sources() for use in _uses(path)]
    assert len(uses) > 60
    for name, facts in uses:
        assert facts == STATEMENTS[name].facts, name


def _sources() -> list[Path]:
    """The proof, and the rules of the pack that make findings of its catalogue."""
    return [*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "rules").glob("*.py")]


def _uses(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Each statement that is called by its own name, with the names of the facts that it is given."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = f"{owner.id}.{node.func.attr}" if isinstance(owner, ast.Name) else ""
            if name in STATEMENTS and all(keyword.arg for keyword in node.keywords):
                yield name, frozenset(keyword.arg for keyword in node.keywords if keyword.arg)


def test_remedies_name_resources_before_components() -> None:
    """A program that has no component of mailroute's is told what to add in pulumi-aws."""
    named = re.compile(r"\b(NatEgress|SmtpEndpoint|SmtpCredentials)\b")
    assert "a NAT gateway (aws.ec2.NatGateway)" in findings.routing.TO_THE_INTERNET
    assert "an interface endpoint for email-smtp (aws.ec2.VpcEndpoint)" in findings.routing.TO_THE_INTERNET
    assert [name for name, statement in STATEMENTS.items() if named.search(statement.remedy)] == []
