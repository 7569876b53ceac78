"""Which rule judges which workload, and what each workload needs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from enforcement import options
from reachability import Destination, Egress, Graph, Outcome, Proof, Resource, Settings, Verdict
from reachability.findings import conflicts, names
from reachability.workloads import READERS
from rules import RULES
from rules.egress import WORKLOADS, Egresses, violation_of

FUNCTION = "aws:lambda/function:Function"
SERVICE = "aws:apprunner/service:Service"


def needed(told: list[dict[str, Any]], *resources: Resource) -> dict[str, list[tuple[str, bool]]]:
    """By workload, where it must get to, and whether that is optional."""
    rule = next(rule for rule in RULES if rule.name in WORKLOADS)
    configured, _ = options.read(rule, {"destinations": told})
    egresses = Egresses(Proof(Graph(resources), Settings.from_options(configured)))
    return {
        workload.name: [(str(destination), destination.optional) for destination in workload.destinations]
        for workload in egresses.workloads()
    }


def function(**variables: str) -> Resource:
    return Resource("urn:f", FUNCTION, "f", {"environment": {"variables": variables}})


def test_each_kind_of_workload_has_one_rule() -> None:
    judged = Counter(kind for kinds in WORKLOADS.values() for kind in kinds)
    assert judged == Counter(READERS.keys())
    assert set(WORKLOADS) <= {rule.name for rule in RULES}


RELAY = {"host": "a.example", "port": 587}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([], [("b.example:465", False)]),
        ([RELAY], [("b.example:465", False), ("a.example:587", False)]),
        ([{**RELAY, "optional": True}], [("b.example:465", False), ("a.example:587", True)]),
        ([RELAY, RELAY], [("b.example:465", False), ("a.example:587", False)]),
        ([RELAY, {**RELAY, "optional": True}], [("b.example:465", False), ("a.example:587", False)]),
        ([{**RELAY, "optional": True}, RELAY], [("b.example:465", False), ("a.example:587", False)]),
        ([{"host": "b.example", "port": 465, "optional": True}], [("b.example:465", False)]),
    ],
)
def test_a_destination_is_needed_once(told: list[dict[str, Any]], found: list[tuple[str, bool]]) -> None:
    assert needed(told, function(SMTP_HOST="b.example", SMTP_PORT="465")) == {"f": found}


def test_what_is_told_is_needed_by_those_that_name_nothing() -> None:
    service = Resource("urn:s", SERVICE, "s", {})
    assert needed([], function(), service) == {"s": [("any mail server", False)], "f": []}
    assert needed([RELAY], function(), service) == {
        "s": [("a.example:587", False)],
        "f": [("a.example:587", False)],
    }


WARNING = conflicts.MAIN_TABLES(
    Resource("urn::vpc", "aws:ec2/vpc:Vpc", "net"), first="MAIN a", second="MAIN b"
)
WARNED = (
    "- CONFLICTING_RESOURCES at vpc: MAIN a and MAIN b both set the main route table of VPC net, and the "
    "later one counts. Remedy: remove one of the two."
)


def test_a_path_with_a_warning_is_reported_only() -> None:
    found = violation_of(Egress("api", "urn::api", Destination("a.example", 587), WARNING))

    assert (found.codes, found.warning, found.undetermined) == (("CONFLICTING_RESOURCES",), True, False)
    assert found.message == f"api reaches a.example:587.\n{WARNED}"


def test_a_blocker_is_told_with_the_warnings_beside_it() -> None:
    outcome: Outcome = WARNING + names.PORT_25("urn::api")
    found = violation_of(Egress("api", "urn::api", Destination("a.example", 25), outcome))

    assert outcome.verdict is Verdict.UNDETERMINED
    assert (found.codes, found.warning, found.undetermined) == (("PORT_25_BLOCKED",), False, True)
    assert found.message.startswith("api is not known to reach a.example:25.\n- PORT_25_BLOCKED at api: ")
    assert found.message.endswith(WARNED)
