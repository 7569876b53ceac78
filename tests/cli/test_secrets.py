"""No output shows a secret, in whatever form a program, a library or the engine puts it into a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from enforcement.masking import Masker
from mailroute.cli import run
from mailroute.cli.run import masked
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.environment import Environment
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import EngineFault, Event, Registered, RehearsalError
from tests.cli.conftest import ENGINES, Cli, path_of
from tests.embedded.test_passphrase import EXAMPLE
from tests.embedded.test_passphrase import STACK as ENCRYPTED

pytestmark = pytest.mark.hostile("secrets")

Make = Callable[..., Path]
SEALED = ("an example, no secret", "another example", "third")
WORDS = (
    "hunt'er\"two",
    "L1neOfKey",
    "An0ther+/Line",
    "n4me-of-it",
    "inv0ke-argument",
    "cle4r/config",
    "cl3ar",
    *SEALED,
)
PROGRAM = r"""
import base64, json, sys, textwrap, urllib.parse
import pulumi, pulumi_aws as aws

quoted, key, name = "hunt'er\"two", "-----BEGIN-----\n  L1neOfKey\nAn0ther+/Line\n-----END-----", "n4me-of-it"
for number, text in enumerate((quoted, key, name)):
    value = pulumi.Output.secret(text)
    first = aws.ssm.Parameter(f"p{number}", name=f"/p/{number}", type="SecureString", value=value)

def leak(_):
    for text in (quoted, key):
        print("plain:", text)
        print("one line:", " ".join(text.split()))
        print(f"repr: {text!r} {[text, 'it is']!r}")
        print("json:", json.dumps(json.dumps({"password": text})))
        print("url:", urllib.parse.quote(text), urllib.parse.quote_plus(text))
        print("base64:", base64.b64encode(text.encode()).decode())
        print("auth:", base64.b64encode(f"user:{text}".encode()).decode(), file=sys.stderr)
        pulumi.log.warn("logged " + text)
    aws.ec2.Vpc("vpc-" + name, cidr_block="10.0.0.0/16", tags={"Owner": quoted, "Key": key})
    pulumi.export("quoted", repr(quoted))
    config = pulumi.Config()
    print("config:", pulumi.Config("aws").get("secretKey"), config.get("token"), config.get("smtpPassword"))
    print("parts:", config.require_object("mail")["password"], config.require_object("list"))

first.type.apply(leak)
pulumi.export("token", pulumi.Config().get("token"))
"""
DECLARED = "name: shop\nruntime: python\nconfig:\n  token:\n    secret: true\n"
CLEAR = "  aws:region: us-east-1\n  aws:secretKey: cle4r/config\n  aws:skipA: x\n  token: cl3ar\n"
STACKS = {"dev": ENCRYPTED + CLEAR}
ENCODED = ("aHVudCdl", "VydHdv", "TDFuZU9m", "hunt%27er", "L1neOf", "An0ther")


@pytest.mark.parametrize("engine", ENGINES)
def test_no_form_of_a_secret_is_shown(cli: Cli, project: Make, tmp_path: Path, engine: str) -> None:
    program = str(project(program=PROGRAM, declared=DECLARED, stacks=STACKS))
    markdown = tmp_path / "report.md"
    common = ("rehearse", "--engine", engine, "--program", program)
    by = {**path_of(engine), "PULUMI_CONFIG_PASSPHRASE": EXAMPLE}
    person = cli(*common, "--markdown", str(markdown), **by)
    machine = cli(*common, "--up", "--json", **by)
    assert (person.returncode, machine.returncode) == (0, 0), person.stderr + machine.stderr
    shown = [person.stdout, person.stderr, machine.stdout, machine.stderr, markdown.read_text("utf-8")]
    for output in shown:
        assert not [word for word in (*WORDS, *ENCODED) if word in output]
    assert "vpc-[secret]" in {entry["name"] for entry in json.loads(machine.stdout)["resources"]}
    assert "shop:token is secret and stands in clear: pulumi config set --secret shop:token" in machine.stderr
    assert json.loads(machine.stdout)["outputs"]["token"] == "[secret]"


def test_no_progress_shows_a_secret(tmp_path: Path) -> None:
    shown: list[Event] = []

    def engine(account: Any, *, on_event: Callable[[Event], None], **_: Any) -> Any:
        on_event(Registered("urn:::n4me-of-it", "a:b:C", "n4me-of-it", None))

    declared = Project("shop", "dev", tmp_path, tmp_path, ".", Environment("python"), {"k": "n4me-of-it"})
    project = replace(declared, masked_keys=frozenset("k"))
    account = Account.empty("us-east-1")
    evidence = tmp_path / "evidence"
    run._run(engine, project, evidence, account, pack_config=None, timeout=1, on_event=shown.append)
    assert shown == [Registered("urn:::[secret]", "a:b:C", "[secret]", None)]


REFERS = """
import pulumi, pulumi_aws as aws

other = pulumi.StackReference("organization/net/dev")
other.get_output("name").apply(lambda name: aws.ec2.get_vpc(id=name))
"""


def test_the_argument_of_a_failed_invoke_is_masked(cli: Cli, project: Make) -> None:
    saved = json.dumps({"outputs": {"name": {"$secret": True}}})
    program = project(program=REFERS, **{"accounts/stacks/organization/net/dev.json": saved})
    result = cli("rehearse", "--engine", "embedded", "--no-creation", "--program", str(program))
    assert result.returncode == 2
    assert "[secret]" in result.stderr.splitlines()[-1]
    assert "made-up-secret" not in result.stderr


@pytest.mark.parametrize("raised", [RehearsalError, EngineFault, ValueError])
def test_no_error_shows_a_secret_nor_does_its_trace(raised: type[Exception]) -> None:
    with pytest.raises((RehearsalError, EngineFault)) as caught, masked(Masker(["hunter2"])):
        raise raised("it is 'hunter2'")
    assert str(caught.value).endswith("it is '[secret]'")
    assert caught.value.__cause__ is None
    assert "hunter2" not in getattr(caught.value, "trace", "")
    if raised is ValueError:
        assert "it is '[secret]'" in caught.value.trace  # type: ignore[attr-defined]
