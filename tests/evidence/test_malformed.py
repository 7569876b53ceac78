"""Account files with one value of a wrong kind or text: they are refused by the place, or judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from evidence import EvidenceError, file
from evidence.file import validate
from mailroute.rehearsal.account import Account
from reachability import Destination, Graph, Origin, Proof, parse
from rules.egress import Egresses
from tests.conftest import Rounds

pytestmark = pytest.mark.hostile("files")

LAYOUTS: Final = Path(__file__).parents[1] / "judges" / "layouts"
WRONG: Final = ["x", "10.0.0.0/99", "::", None, True, -1, 10**30, 1.5, [], ["x"], {}, {"a": 1}, [None]]
TRANSIT, INSPECTED = "centralised-inspection", "network-firewall-passes-https-alone"
GROUP: Final = "ruleGroup:RuleGroup"
Steps = tuple[str | int, ...]


def layout(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LAYOUTS / f"{name}.json").read_text(encoding="utf-8"))["document"]
    return found


def outcome(document: dict[str, Any]) -> str:
    """What is said of a document: the refusal, or nothing where its workloads are judged."""
    try:
        validate(document, "account.json")
    except EvidenceError as error:
        return str(error)
    Account(document)
    known = parse(document)
    egresses = Egresses(Proof(Graph(known.resources, known.coverage), zones=known.zones))
    hosts = ("relay.example.com", "email-smtp.us-east-1.amazonaws.com")
    for workload in egresses.workloads(Origin.ACCOUNT):
        egresses.of(replace(workload, destinations=tuple(Destination(host, 587) for host in hosts)))
    return ""


def put(document: dict[str, Any], path: Steps, value: Any) -> None:
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value


@pytest.mark.parametrize(
    ("name", "kind", "place", "value"),
    [
        (TRANSIT, "ec2transitgateway/route:Route", "destinationCidrBlock", "10.0.0.0/99"),
        ("private-subnets-and-nat", "natGateway:NatGateway", "privateIp", "10.0.0.300"),
        ("private-subnets-and-nat", "natGateway:NatGateway", "publicIp", "everywhere"),
        (INSPECTED, "firewallPolicy:FirewallPolicy", "firewallPolicy.statelessDefaultActions.0", {}),
        (INSPECTED, GROUP, "ruleGroup.rulesSource.statefulRules.0.action", "SHRUG"),
        (INSPECTED, GROUP, "ruleGroup.rulesSource.statefulRules.0.ruleOptions.0.keyword", ["sid"]),
    ],
)
def test_a_value_that_nobody_can_read_is_named(name: str, kind: str, place: str, value: Any) -> None:
    document = layout(name)
    index = next(at for at, each in enumerate(document["resources"]) if each["type"].endswith(kind))
    path = [int(step) if step.isdigit() else step for step in place.split(".")]
    put(document, ("resources", index, "properties", *path), value)
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    assert outcome(document).startswith(f"account.json: resources[{index}].properties{shown}: ")


@pytest.mark.fuzz
def test_no_value_of_an_account_file_is_a_fault(rounds: Rounds) -> None:
    for document, where in islice(_changed(), rounds(test=60, fuzz=10**6)):
        assert "\n" not in outcome(document), where


@pytest.mark.fuzz
def test_a_quick_check_finds_what_the_library_finds(rounds: Rounds) -> None:
    quick = file._validator()
    schema = json.loads(file.SCHEMA.read_text(encoding="utf-8"))
    plain = Draft202012Validator(schema, format_checker=quick.format_checker)
    for document, (name, path, value) in islice(_changed(), rounds(test=200, fuzz=10**6)):
        if path[1:] and path[0] == "resources":
            changed = document["resources"][path[1]]  # All others are as they were.
            document["resources"] = [changed, *_less_each(changed)]
        found, expected = (
            {(*error.absolute_path, error.message) for error in each.iter_errors(document)}
            for each in (quick, plain)
        )
        assert found == expected, (name, path, value)


def _less_each(changed: Any) -> list[dict[str, Any]]:
    """What was changed, without its type, without its id, without its properties."""
    keys = changed if isinstance(changed, dict) else ()
    return [{name: changed[name] for name in keys if name != gone} for gone in keys]


def _changed() -> Iterator[tuple[dict[str, Any], tuple[str, Steps, Any]]]:
    """Each place of each recorded account once, however many resources have it, with each wrong value."""
    places: dict[tuple[str, ...], tuple[str, Steps]] = {}
    for recorded in sorted(LAYOUTS.glob("*.json")):
        document = layout(recorded.stem)
        for path in _paths(document, ()):
            kind = document["resources"][path[1]]["type"] if path[0] == "resources" and path[1:] else ""
            places.setdefault((kind, *map(_general, path)), (recorded.stem, path))
    assert len(places) > 300
    cases = [(*place, value) for place in places.values() for value in WRONG]
    Random(7).shuffle(cases)
    for name, path, value in cases:
        document = layout(name)
        put(document, path, deepcopy(value))
        yield document, (name, path, value)


def _general(step: str | int) -> str:
    return step if isinstance(step, str) else "*"


def _paths(value: Any, path: Steps) -> Iterator[Steps]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _paths(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _paths(part, (*path, index))
