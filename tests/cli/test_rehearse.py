"""`mailroute rehearse` from end to end, with the embedded engine and the real packs.

`MAILROUTE_UPDATE_GOLDENS=1` writes what is shown into `tests/goldens/` instead of comparing it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import PROGRAM, ROOT, Cli

Make = Callable[..., Path]
GOLDENS = ROOT / "tests" / "goldens"
BLOCKED = ROOT / "tests" / "cli" / "programs" / "blocked"
EMBEDDED = ("rehearse", "--engine", "embedded")
ALONE = (*EMBEDDED, "--no-creation")


def same_as_golden(name: str, shown: str) -> None:
    golden = GOLDENS / name
    if os.environ.get("MAILROUTE_UPDATE_GOLDENS"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8"), (
        f"{golden} differs: look, then MAILROUTE_UPDATE_GOLDENS=1"
    )


def without_set_up(text: str) -> str:
    """`text` without what depends on this machine: whether `.venv` is there, and its Python."""
    note = r"(?:  |- )warning: (?:(?!warning:).)*?virtualenv.*?instead\n"
    text = re.sub(note, "", text, flags=re.DOTALL)
    text, count = re.subn(r"(?<=^program: Python )3.*?\)$", "3", text, flags=re.DOTALL | re.MULTILINE)
    text, again = re.subn(r"(?<= · Python )3[.\d]+(?=, pulumi-aws \d[.\d]+ · )", "3", text)
    assert count + again == 1, "the Python that ran is named once"
    return text


def in_order(document: dict[str, Any]) -> str:
    """JSON without the order in which an engine happens to complete resources, this Python, and lines."""
    assert document["runtime"].pop("python").startswith("3.")
    assert Path(document["runtime"].pop("path")).is_file()
    # Without a `.venv` in this checkout, there is a warning of that.
    document["diagnostics"] = [
        entry for entry in document["diagnostics"] if "virtualenv" not in entry["message"]
    ]
    for resource in document["resources"]:
        if resource["source"] is not None:
            resource["source"]["line"] = min(resource["source"]["line"], 1)
        resource["dependencies"].sort()
        for urns in resource["propertyDependencies"].values():
            urns.sort()
    document["resources"].sort(key=lambda resource: resource["urn"])
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


# The two commands that a stranger runs first


def test_prod_shows_the_incident_mended(cli: Cli, tmp_path: Path) -> None:
    result = cli(*EMBEDDED, "--markdown", str(tmp_path / "report.md"), cwd=ROOT)
    assert result.returncode == 0, result.stderr
    same_as_golden("prod.txt", without_set_up(result.stdout))
    same_as_golden("prod.md", without_set_up((tmp_path / "report.md").read_text(encoding="utf-8")))


def test_prod_as_json_is_one_object_and_nothing_else(cli: Cli) -> None:
    result = cli(*EMBEDDED, "--json", "--stack", "prod", cwd=ROOT)
    document = json.loads(result.stdout)
    assert (result.returncode, document["ok"], document["engine"]) == (0, True, "embedded")
    same_as_golden("prod.json", in_order(document))
    (egress,) = document["egress"]
    assert (egress["today"]["verdict"], egress["verdict"]) == ("unreachable", "reachable")


def test_what_blocks_makes_status_1(inside: Cli, tmp_path: Path) -> None:
    account = str(ROOT / "accounts" / "prod.json")
    markdown = tmp_path / "report.md"
    arguments = ("--program", str(BLOCKED), "--account", account, "--markdown", str(markdown))
    saved = ("--save", f"sarif={tmp_path / 'report.sarif'}", "--save", f"github={tmp_path / 'annotations'}")
    result = inside(*EMBEDDED, *arguments, *saved, "--html", str(tmp_path / "page.html"), cwd=ROOT)
    assert result.returncode == 1, result.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (page.count('class="broken"'), page.count("<path ")) == (2, 2)  # of four subnets
    assert "<td>internet gateway igw-04d7b8f12ce3a6905</td>" in page
    (found,) = json.loads((tmp_path / "report.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert found["ruleId"] == "apprunner-egress-route/NO_ROUTE_TO_DESTINATION"
    assert (tmp_path / "annotations").read_text(encoding="utf-8").startswith("::error file=tests/cli/")
    same_as_golden("blocked.txt", without_set_up(result.stdout))
    same_as_golden("blocked.md", without_set_up(markdown.read_text(encoding="utf-8")))


# Defaults


def test_up_gives_every_resource_its_id(inside: Cli, project: Make) -> None:
    result = inside(*EMBEDDED, "--up", "--json", "--program", str(project()))
    document = json.loads(result.stdout)
    ids = {resource["name"]: resource["id"] for resource in document["resources"] if resource["custom"]}
    assert document["operation"] == "up"
    assert ids["vpc"].startswith("vpc-")
    assert document["outputs"] == {"vpcId": ids["vpc"]}


def test_config_of_the_command_line_reaches_the_program(inside: Cli, project: Make, tmp_path: Path) -> None:
    program = project(program="import pulumi\npulumi.export('db', pulumi.Config().require_object('db'))\n")
    (tmp_path / "eu.yaml").write_text("config:\n  aws:region: eu-west-1\n", encoding="utf-8")
    given = ("--config-path", "--config", "db.host=db.example", "-c", "db.ports[0]=587")
    result = inside(*ALONE, "--json", *given, "--config-file", "eu.yaml", str(program))
    assert json.loads(result.stdout)["outputs"] == {"db": {"host": "db.example", "ports": [587]}}


def test_account_is_the_file_beside_the_program(inside: Cli, project: Make) -> None:
    document = (ROOT / "accounts" / "prod.json").read_text(encoding="utf-8")
    program = project(program="", **{"accounts/dev.json": document})
    shown = inside(*ALONE, "--program", str(program)).stdout
    assert "account: 123456789012 in us-east-1, as of 2026-01-05T09:00:00Z (shop/accounts/dev.json)" in shown


def test_a_program_without_a_pack_is_judged_by_ours(inside: Cli) -> None:
    result = inside(*ALONE, "--json", "--program", str(BLOCKED))
    assert {found["pack"] for found in json.loads(result.stdout)["policies"]} == {"mailroute"}


# Packs


def test_every_pack_that_is_named_judges(inside: Cli, project: Make) -> None:
    nat = 'aws.ec2.NatGateway("nat", connectivity_type="private", subnet_id="subnet-0a1b2c3d")\n'
    program = project(program=PROGRAM + nat, level="EnforcementLevel.MANDATORY")
    packs = ("--policy-pack", str(program / "policies"), "--policy-pack", str(ROOT / "policies"))
    result = inside(*ALONE, *packs, "--program", str(program))
    assert result.returncode == 1
    assert "✘ no-vpc (tiny) mandatory · vpc" in result.stdout
    assert "✘ nat-gateway-usable (mailroute) mandatory · high · nat" in result.stdout


def test_pack_config_reaches_the_pack(inside: Cli, project: Make, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"no-vpc": "disabled"}', encoding="utf-8")
    program = project(level="EnforcementLevel.MANDATORY")
    result = inside(*ALONE, "--program", str(program), "--policy-pack-config", "config.json")
    assert (result.returncode, "no-vpc (tiny)" in result.stdout) == (0, False)


def test_pack_config_reaches_the_report(inside: Cli, tmp_path: Path) -> None:
    destination = {"host": "hooks.chat.example", "port": 443, "optional": True}
    config = {"apprunner-egress-route": {"destinations": [destination]}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    arguments = ("--program", str(BLOCKED), "--policy-pack-config", "config.json", "--json")
    document = json.loads(inside(*ALONE, *arguments).stdout)
    assert [entry["destination"] for entry in document["egress"]] == [
        destination,
        {"host": "smtp-relay.brevo.com", "port": 587},
    ]


# Secrets

LEAKY = """
import pulumi, pulumi_aws as aws

config = pulumi.Config()
print("printed:", config.get("token"))
password = pulumi.Output.secret("literal-pass-word")
tags = {"plain": config.get("token"), "password": password}
aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", tags=tags)
pulumi.export("password", password)
pulumi.export("url", password.apply(lambda text: f"smtp://{text}"))
"""


WITH_TOKEN = {"dev": "config:\n  aws:region: us-east-1\n  shop:token:\n    secure: v1:abc:def\n"}


def test_no_error_shows_a_secret_of_the_config(cli: Cli, project: Make) -> None:
    raises = "import pulumi\nraise ValueError('bad token ' + pulumi.Config().get('token'))\n"
    result = cli(*ALONE, "--program", str(project(program=raises, stacks=WITH_TOKEN)))
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith("ValueError: bad token [secret]")


def test_no_error_shows_a_secret_that_the_engine_has_seen(cli: Cli, project: Make) -> None:
    raises = """
import pulumi, pulumi_aws as aws

def check(kind):
    raise ValueError("bad password literal-pass-word")

value = pulumi.Output.secret("literal-pass-word")
parameter = aws.ssm.Parameter("smtp", type="SecureString", value=value)
parameter.type.apply(check)
"""
    result = cli(*ALONE, "--program", str(project(program=raises)))
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith("ValueError: bad password [secret]")


def test_no_output_shows_a_secret(cli: Cli, project: Make, tmp_path: Path) -> None:
    program = str(project(program=LEAKY, stacks=WITH_TOKEN))
    markdown = tmp_path / "report.md"
    person = cli(*EMBEDDED, "--program", program, "--markdown", str(markdown))
    machine = cli(*EMBEDDED, "--program", program, "--up", "--json")
    assert (person.returncode, machine.returncode) == (0, 0), person.stderr
    for shown in (
        person.stdout,
        person.stderr,
        machine.stdout,
        machine.stderr,
        markdown.read_text(encoding="utf-8"),
    ):
        assert "literal-pass-word" not in shown
        assert "made-up-secret" not in shown
    assert "there is a VPC with password=[secret], plain=[secret]" in person.stdout
    assert "printed: [secret]" in machine.stderr
    assert json.loads(machine.stdout)["outputs"] == {"password": {"$secret": True}, "url": {"$secret": True}}
