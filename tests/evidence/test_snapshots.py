"""Saved accounts with what `diagnose` must say of them: a new one is a file and a line in `expected.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evidence import load
from tests.evidence.conftest import Command

SNAPSHOTS = Path(__file__).parent / "snapshots"
EXPECTED: list[dict[str, Any]] = json.loads((SNAPSHOTS / "expected.json").read_text(encoding="utf-8"))
STATUS = {"reachable": 0, "unreachable": 1, "undetermined": 4}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda one: f"{one['snapshot']} to {one['to']}")
def test_a_saved_account_is_explained_hop_by_hop(mailroute: Command, expected: dict[str, Any]) -> None:
    file = SNAPSHOTS / f"{expected['snapshot']}.json"
    result = mailroute("diagnose", "--service", "shop", "--to", expected["to"], "--evidence", file, "--json")
    entry = json.loads(result.stdout)
    assert {
        "verdict": entry["verdict"],
        "path": [f"{hop['kind']} {hop['resource'].rpartition('vpcconnector/')[2]}" for hop in entry["path"]],
        "findings": sorted({f"{finding['code']} {finding['resource']}" for finding in entry["findings"]}),
    } == {key: expected[key] for key in ("verdict", "path", "findings")}
    assert result.returncode == STATUS[entry["verdict"]]


def test_every_saved_account_is_judged() -> None:
    names = {path.stem for path in SNAPSHOTS.glob("*.json")} - {"expected"}
    assert names == {one["snapshot"] for one in EXPECTED}
    for name in names:
        load(SNAPSHOTS / f"{name}.json")


@pytest.mark.parametrize(
    ("kind", "change", "place"),
    [
        ("subnet:Subnet", {"cidrBlock": "nonsense"}, "cidrBlock"),
        ("subnet:Subnet", {"cidrBlock": "10.0.0.0/99"}, "cidrBlock"),
        ("vpc:Vpc", {"cidrBlock": "999.0.0.0/8"}, "cidrBlock"),
        ("routeTable:RouteTable", {"routes": [{"cidrBlock": "garbage/99"}]}, "routes[0].cidrBlock"),
        (
            "securityGroup:SecurityGroup",
            {"egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["any"]}]},
            "egress[0].cidrBlocks[0]",
        ),
    ],
)
def test_a_block_that_is_none_is_one_line(
    mailroute: Command, tmp_path: Path, kind: str, change: dict[str, Any], place: str
) -> None:
    saved = SNAPSHOTS / f"{EXPECTED[0]['snapshot']}.json"
    document = json.loads(saved.read_text(encoding="utf-8"))
    index, resource = next(
        (index, one) for index, one in enumerate(document["resources"]) if one["type"].endswith(f"/{kind}")
    )
    resource["properties"].update(change)
    file = tmp_path / "account.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    result = mailroute("diagnose", "--service", "shop", "--to", "mail.example:587", "--evidence", file)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"{file}: resources[{index}].properties.{place}: '" in result.stderr
    assert "is not a 'cidr'" in result.stderr
