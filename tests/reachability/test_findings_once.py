"""Findings of one cause are one finding, with the names that differ."""

from __future__ import annotations

import pytest

from reachability.findings.once import said_once
from reachability.verdict import Finding, Outcome, Verdict


def found(message: str, resource: str = "rtb", code: str = "NO_ROUTE", remedy: str = "add one") -> Finding:
    return Finding(code, resource, message, remedy, Verdict.UNREACHABLE)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (["table t of subnet a has none"], ["table t of subnet a has none"]),
        (
            ["table t of subnet a has none", "table t of subnet b has none"],
            ["table t of subnets a and b has none"],
        ),
        (["of subnet a, none", "of subnet b, none", "of subnet c, none"], ["of subnets a, b and c, none"]),
        (["port 465 is closed", "port 587 is closed"], ["ports 465 and 587 are closed"]),
        (
            [
                "subnet a of svc is neither here nor is it there",
                "subnet b of svc is neither here nor is it there",
            ],
            ["subnets a and b of svc are neither here nor is it there"],
        ),
        (["in subnet a (z1), open", "in subnet b (z2), open"], ["in subnets a (z1) and b (z2), open"]),
        (["group a is", "group b is"], ["group a and b is"]),
        (["a of b", "c of d"], ["a of b", "c of d"]),
        (["a", "a of b"], ["a", "a of b"]),
        (["a, is", "b is"], ["a, is", "b is"]),
    ],
)
def test_messages_that_differ_in_one_name_are_one(messages: list[str], said: list[str]) -> None:
    outcome = said_once(Outcome(findings=tuple(map(found, messages))))
    assert [finding.message for finding in outcome.findings] == said


@pytest.mark.parametrize(
    "other",
    [
        found("of subnet b", resource="rtb-2"),
        found("of subnet b", code="BLACKHOLE"),
        found("of subnet b", remedy="remove it"),
        found("of subnet b").as_undetermined(),
    ],
)
def test_other_causes_stay_apart(other: Finding) -> None:
    findings = (found("of subnet a"), other)
    assert said_once(Outcome(findings=findings)).findings == findings


SUBNET = "urn:pulumi:prod::mailroute::aws:ec2/subnet:Subnet::"


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        (
            [found("inside the VPC", resource="rtb"), found("inside the VPC", resource="subnet")],
            ["inside the VPC"],
        ),
        (
            [found(f"subnet {name} has no block", resource=f"{SUBNET}{name}") for name in "ab"],
            ["subnets a and b have no block"],
        ),
        (
            [
                found(f"of subnet {name}, none to {host}")
                for name in "ab"
                for host in ("x.example", "y.example")
            ],
            ["of subnets a and b, none to x.example and y.example"],
        ),
        (
            [found("inside the VPC"), found("inside the VPC", remedy="remove it")],
            ["inside the VPC", "inside the VPC"],
        ),
    ],
    ids=["of two resources", "of two subnets", "of two subnets and hosts", "of two remedies"],
)
def test_one_cause_of_several_subnets_is_said_once(findings: list[Finding], said: list[str]) -> None:
    outcome = said_once(Outcome(findings=tuple(findings)))
    assert [finding.message for finding in outcome.findings] == said
