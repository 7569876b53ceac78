"""What was adopted, under this project's program: its first update changes mail, connector and tags alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mailroute.adoption import adopt, service_in
from mailroute.adoption.files import config_text
from mailroute.rehearsal.account import AwsResource
from mailroute.rehearsal.project import Project
from tests.adoption.services import (
    CONNECTOR,
    MAIL,
    NAME,
    OWN,
    REGION,
    ROOT,
    SECRETS,
    SERVICE,
    SERVICES,
    Properties,
    Running,
    differences,
    identity,
    image,
    nat_gateway,
)
from tests.components.deployment import RecordedAccount, Stack
from tests.components.updating import gaps, sign_in_as_somebody


def stack_of(running: Running, directory: Path) -> Stack:
    document = running.document
    adoption = adopt(document, service_in(document, NAME), running.wanted, live=True)
    program = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    program = {**program, "runtime": "python", "main": str(ROOT)}
    (directory / "Pulumi.yaml").write_text(yaml.safe_dump(program), encoding="utf-8")
    (directory / "Pulumi.shop.yaml").write_text(config_text(adoption, "mailroute"), encoding="utf-8")
    stack = Stack(RecordedAccount(document), dict(Project.load(directory, "shop").config))
    component, *imported = adoption.imports
    for each in imported:
        found = stack.account.find(each["type"], each["id"])
        assert found is not None
        assert each["parent"] == component["name"]
        stack.adopt(f"{component['type']}${each['type']}", each.get("logicalName", each["name"]), found)
    return stack


def shown(service: AwsResource) -> dict[str, Any]:
    """Its properties without what the provider says of every resource."""
    return {key: value for key, value in service.properties.items() if key not in ("id", "region", "tagsAll")}


@pytest.mark.parametrize("running", SERVICES.values(), ids=SERVICES)
def test_the_first_update_changes_mail_connector_and_tags(running: Running, tmp_path: Path) -> None:
    stack = stack_of(running, tmp_path)
    [before] = stack.account.of(SERVICE)
    update = stack.up()
    assert update.error is None
    assert {write.operation for write in update.writes} == {"create", "update"}
    assert [write.type for write in update.writes if write.operation == "update"] == [SERVICE]
    [after] = stack.account.of(SERVICE)
    changed = set(differences(shown(before), shown(after)))
    of_mail = {path.rpartition(".")[2] for path in changed} & MAIL
    assert of_mail == running.changed
    assert {path for path in changed if path.rpartition(".")[2] not in of_mail} == {CONNECTOR, *OWN}


def test_an_endpoint_lets_in_what_has_sent_through_nat(tmp_path: Path) -> None:
    variables = {"SMTP_HOST": f"email-smtp.{REGION}.amazonaws.com", "SMTP_PORT": "465"}
    there = [*nat_gateway(), *identity()]
    through_nat = Running(
        {}, image(runtimeEnvironmentVariables=variables), there, ("--domain", "daadaar.com")
    )
    stack = stack_of(through_nat, tmp_path)
    relay = {key: stack.config[f"mailroute:{key}"] for key in ("relayHost", "relayPort", "smtpPort", "route")}
    assert relay == {
        "relayHost": variables["SMTP_HOST"],
        "relayPort": "465",
        "smtpPort": "465",
        "route": "ses",
    }
    sign_in_as_somebody(stack.account)
    update = stack.up()
    assert update.error is None
    assert gaps(stack, update) == []


def test_a_second_update_changes_nothing(tmp_path: Path) -> None:
    stack = stack_of(SERVICES["custom domain and web ACL"], tmp_path)
    assert stack.up().error is None
    assert stack.up().writes == ()


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        (image(runtimeEnvironmentVariables={"API_KEY": "hunter2"}), "environment.API_KEY"),
        (image(runtimeEnvironmentSecrets={"SMTP_PASS": f"{SECRETS}other-Ab12Cd"}), "relaySecretArn"),
    ],
)
def test_what_a_person_has_to_set_is_refused_until_then(
    changes: Properties, key: str, tmp_path: Path
) -> None:
    update = stack_of(Running({}, changes, options=()), tmp_path).up()
    assert f"config mailroute:{key} is " in str(update.error)
    assert "hunter2" not in str(update.error)
    assert update.writes == ()
