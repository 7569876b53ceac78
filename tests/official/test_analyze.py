"""`pulumi policy analyze`: the pack over the state of a stack, without its program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroute.rehearsal.account import Account
from tests.official.cli import ROOT, STACK, Cli, cli_for

pytestmark = pytest.mark.pulumi

EVIDENCE = ROOT / "accounts" / "prod.json"
ROUTE = "urn:pulumi:dev::shop::aws:ec2/route:Route::default-route"
NO_ROUTE = [("apprunner-egress-route", "service", "NO_ROUTE_TO_DESTINATION")]


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Cli]:
    """A stack that has all of its path."""
    with cli_for("yaml", tmp_path) as cli:
        assert cli.deploy("up").status == 0
        yield cli


@pytest.fixture
def adopting(tmp_path: Path) -> Iterator[Cli]:
    """A stack that only reads its VPC and subnets."""
    with cli_for("adopting", tmp_path, account=Account.load(EVIDENCE)) as cli:
        assert cli.deploy("up", pack=None).status == 0
        yield cli


def test_of_a_stack_and_of_its_exported_state(deployed: Cli, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    good = deployed.analyze()
    assert (good.status, good.violations) == (0, ()), good.text

    deployed.run("state", "delete", "--yes", "--stack", STACK, ROUTE)
    deployed.run("stack", "export", "--stack", STACK, "--file", str(file))
    for bad in (deployed.analyze(), deployed.analyze("--file", str(file))):
        assert (bad.status, bad.blocking) == (1, NO_ROUTE), bad.text


def test_a_level_of_the_configuration_decides_on_the_exit_status(deployed: Cli, tmp_path: Path) -> None:
    deployed.run("state", "delete", "--yes", "--stack", STACK, ROUTE)
    config = tmp_path / "config.json"
    config.write_text('{"apprunner-egress-route": "advisory"}', encoding="utf-8")
    done = deployed.analyze("--policy-pack-config", str(config))
    assert (done.status, [each.codes for each in done.violations]) == (0, ["NO_ROUTE_TO_DESTINATION"])


def test_what_a_stack_only_reads_is_known_from_evidence_alone(adopting: Cli) -> None:
    """Its state holds the VPC as well, and nothing of what else is in it."""
    unknown = adopting.analyze()
    assert unknown.status == 1
    assert unknown.blocking == [
        ("apprunner-egress-route", "service", "SUBNET_NOT_READ"),
        ("nat-gateway-usable", "nat", "NAT_SUBNET_NOT_READ"),
    ]
    assert "neither in the program nor in the evidence" in unknown.text

    known = adopting.analyze(MAILROUTE_EVIDENCE=str(EVIDENCE))
    assert (known.status, known.violations) == (0, ()), known.text

    adopting.run("state", "delete", "--yes", "--stack", STACK, ROUTE)
    without = adopting.analyze(MAILROUTE_EVIDENCE=str(EVIDENCE))
    assert (without.status, without.blocking) == (1, NO_ROUTE)


def test_evidence_is_found_from_where_the_command_is_given(adopting: Cli) -> None:
    (adopting.program / "account.json").write_text(EVIDENCE.read_text(encoding="utf-8"), encoding="utf-8")
    done = adopting.analyze(MAILROUTE_EVIDENCE="account.json")
    assert (done.status, done.violations) == (0, ()), done.text


def test_a_secret_that_cannot_be_decrypted_is_not_known(tmp_path: Path) -> None:
    """Nor is it the text that stands for it."""
    file = tmp_path / "state.json"
    change = ('SMTP_PORT: "587"', 'SMTP_PORT: {fn::secret: "587"}')
    with cli_for("yaml", tmp_path, change=change) as cli:
        assert cli.deploy("up").status == 0
        cli.run("stack", "export", "--stack", STACK, "--file", str(file))
        assert cli.analyze("--file", str(file)).status == 0
        sealed = cli.analyze("--file", str(file), PULUMI_CONFIG_PASSPHRASE="another")
    assert (sealed.status, "secret values redacted" in sealed.text) == (1, True)
    assert ("smtp-port-allowed", "service", "SMTP_PORT_UNKNOWN") in sealed.blocking


def test_a_password_among_the_outputs_of_a_state_is_to_be_secret(tmp_path: Path) -> None:
    """A state keeps the mark, whether it can be decrypted or not."""
    file = tmp_path / "state.json"
    outputs = "outputs:\n  smtp: {password: {fn::secret: hunter2}}\n  smtpPassword: hunter3\n"
    with cli_for("yaml", tmp_path, change=("outputs:\n", outputs)) as cli:
        assert cli.deploy("up", pack=None).status == 0
        cli.run("stack", "export", "--stack", STACK, "--file", str(file))
        sealed = cli.analyze("--file", str(file), PULUMI_CONFIG_PASSPHRASE="another")
        for found in (cli.analyze(), sealed):
            assert found.blocking == [("smtp-credentials-secret", "shop-dev", "PASSWORD_IN_OUTPUT")], (
                found.text
            )
            assert "the output smtpPassword holds" in found.violations[0].message
            assert "hunter" not in found.text
