"""A baseline: what there was on one day does not block, and what is new does."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from enforcement import baseline, exceptions
from enforcement.baseline import Known
from enforcement.exceptions import Exemption
from rules.rule import Violation

TODAY = date(2026, 1, 5)
URN = "urn:pulumi:prod::shop::aws:apprunner/service:Service::api"


def found(*codes: str, urn: str | None = URN, destination: str = "a:587") -> Violation:
    return Violation(urn, codes, "m", "r", destination=destination)


def exemption(code: str | None, destination: str = "", expires: date | None = None) -> Exemption:
    return Exemption(URN, "known", expires, code, destination)


@pytest.mark.parametrize(
    ("exemptions", "violation", "accepted"),
    [
        ([exemption("A")], found("A"), True),
        ([exemption("A")], found("A", "B"), False),
        ([exemption("A"), exemption("B")], found("A", "B"), True),
        ([exemption("A"), exemption("C")], found("A", "B"), False),
        ([exemption("A", "a:587")], found("A"), True),
        ([exemption("A", "b:587")], found("A"), False),
        ([exemption("A", "a:587"), exemption("B", "b:587")], found("A", "B"), False),
        ([exemption("A")], found("A", urn=f"{URN}-2"), False),
        ([exemption("A")], found("A", urn=None), False),
        ([exemption(None)], found("RULE_FAILED"), False),
        ([], found("A"), False),
    ],
)
def test_every_cause_is_accepted_or_it_blocks(
    exemptions: list[Exemption], violation: Violation, accepted: bool
) -> None:
    assert (exceptions.find(exemptions, violation) is not None) is accepted


def test_the_one_that_ends_first_is_named() -> None:
    first, last = (exemption(code, expires=date(2026, month, 1)) for code, month in (("A", 6), ("B", 7)))
    assert exceptions.find([last, exemption("A"), first], found("A", "B")) == first
    assert str(first) == "accepted until 2026-06-01: known"
    assert str(exceptions.of_baseline(Known(URN, "A"))) == "accepted: in the baseline"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    known = [Known(URN, "B"), Known(URN, "A", "a:587"), Known(URN, "B")]
    file.write_text(baseline.dump(known), encoding="utf-8")
    assert baseline.load(file) == (Known(URN, "A", "a:587"), Known(URN, "B"))
    assert json.loads(file.read_text(encoding="utf-8"))["violations"][1] == {"urn": URN, "code": "B"}


def test_the_variable_stands_over_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A", "B"):
        (tmp_path / name).write_text(baseline.dump([Known(URN, name)]), encoding="utf-8")
    options = {"exceptions": [], "baseline": str(tmp_path / "A")}
    assert [each.code for each in exceptions.read(options, TODAY)[0]] == ["A"]
    monkeypatch.setenv(baseline.VARIABLE, str(tmp_path / "B"))
    assert [each.code for each in exceptions.read(options, TODAY)[0]] == ["B"]


def test_a_path_is_meant_from_where_the_command_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pack runs in its own folder."""
    (tmp_path / "known.json").write_text(baseline.dump([Known(URN, "A")]), encoding="utf-8")
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.setenv(baseline.VARIABLE, "known.json")
    assert [each.code for each in exceptions.read({"exceptions": []}, TODAY)[0]] == ["A"]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", ".json:1:2: not JSON: Expecting property name enclosed in double quotes: write it with `mail"),
        ("[" * 900 + "]" * 900, ": nested too deeply: write it with `mailroute rehearse --write-baseline`"),
        ('{"version": 1, "version": 1}', "the document: the key 'version' stands there twice"),
        ('{"version": ' + "9" * 5_000 + "}", "version: a number that is too large"),
        ([], ": no baseline: an object with `version` and `violations`"),
        ({"violations": []}, ": version None is not 1"),
        ({"version": 1, "violations": [{"urn": "u"}]}, "violations.0: has urn, code and perhaps destination"),
        ({"version": 1, "violations": [{"urn": "u", "code": "A", "x": ""}]}, "violations.0: has urn, code"),
        ({"version": 1, "violations": [{"urn": "u", "code": 7}]}, "violations.0.code: 7 is no text"),
        (None, "No such file or directory: give the path of a baseline"),
    ],
)
def test_a_file_that_is_none_accepts_nothing(tmp_path: Path, document: Any, says: str) -> None:
    file = tmp_path / "baseline.json"
    if document is not None:
        text = document if isinstance(document, str) else json.dumps(document)
        file.write_text(text, encoding="utf-8")
    exemptions, (problem,) = exceptions.read({"exceptions": [], "baseline": str(file)}, TODAY)
    assert exemptions == ()
    assert (problem.codes, problem.urn) == (("BASELINE_INVALID",), None)
    assert says in problem.message
