"""The program end to end: simulated AWS, the real policy pack, and what the command says of the egress."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailroute.rehearsal.embedded import children
from tests.corpus.forked import ForkingChildren
from tests.evidence.conftest import in_process

REPOSITORY = Path(__file__).resolve().parents[2]
PRIVATE_TABLE = "rtb-0b5e21f97c4d38a06"
Rehearsed = tuple[int, dict[str, Any], str]


@pytest.fixture
def rehearse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Rehearsed]:
    """`mailroute rehearse --json` with some config changed: its status, its object, its last line."""
    monkeypatch.setattr(children, "Children", ForkingChildren)
    run = in_process(capsys)

    def command(stack: str, *options: str, **changes: Any) -> Rehearsed:
        for name in ("__main__.py", "Pulumi.yaml", "components", "accounts"):
            (tmp_path / name).symlink_to(REPOSITORY / name)
        document = yaml.safe_load((REPOSITORY / f"Pulumi.{stack}.yaml").read_text())
        document["config"] |= {f"mailroute:{key}": value for key, value in changes.items()}
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(document))
        done = run(
            *("rehearse", "--engine", "embedded", "--json", "--no-creation"),
            *("--program", tmp_path, "--stack", stack),
            *("--policy-pack", REPOSITORY / "policies", *options),
        )
        return (
            done.returncode,
            json.loads(done.stdout) if done.stdout else {},
            done.stderr.splitlines()[-1] if done.stderr else "",
        )

    return command


@pytest.mark.parametrize(
    ("stack", "route", "options"),
    [
        ("prod", "ses", []),
        ("prod", "nat", []),
        ("prod", "both", ["--up"]),
        ("dev", "ses", ["--up"]),
        ("dev", "nat", []),
        ("dev", "both", []),
    ],
)
def test_every_route_is_proven_and_no_policy_objects(
    rehearse: Callable[..., Rehearsed], stack: str, route: str, options: list[str]
) -> None:
    status, result, _ = rehearse(stack, *options, route=route, domain="daadaar.com", dns="external")
    # Nobody has published the records yet: with both paths, mail takes NAT until then.
    host = "email-smtp.us-east-1.amazonaws.com" if route == "ses" else "smtp-relay.brevo.com"
    assert (status, result["ok"], result["policies"]) == (0, True, [])
    assert [(one["destination"], one["verdict"]) for one in result["egress"]] == [
        ({"host": host, "port": 587}, "reachable")
    ]


def test_an_existing_default_route_stops_it_in_one_line(
    rehearse: Callable[..., Rehearsed], account: Any, tmp_path: Path
) -> None:
    routes = account.route_tables[PRIVATE_TABLE]["routes"]
    routes.append({"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0123456789abcdef0", "state": "active"})
    gateway = {
        "vpcId": "vpc-0e9cd2c204069ca54",
        "subnetId": "subnet-0c31f6a7de52b8941",
        "connectivityType": "public",
        "state": "available",
    }
    account.add("aws:ec2/natGateway:NatGateway", "nat-0123456789abcdef0", gateway)
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account.document))
    status, result, line = rehearse("prod", "--account", str(file), route="nat")
    assert (status, result) == (2, {})
    assert (
        f"config mailroute:privateSubnetIds is '{PRIVATE_TABLE}': this route table sends 0.0.0.0/0 to "
        "nat-0123456789abcdef0 already" in line
    )


def test_a_wrong_config_stops_the_program_in_one_line(rehearse: Callable[..., Rehearsed]) -> None:
    status, result, line = rehearse("prod", route="sse")
    assert (status, result) == (2, {})
    assert "config mailroute:route is 'sse': it must be one of ses, nat, both; use 'ses'" in line
