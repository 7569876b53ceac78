"""`diagnose --service` for every kind of service, and `snapshot` with all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence import load
from evidence.live.ecs import service
from tests.evidence.account import RELAY, Account
from tests.evidence.conftest import Command, Result
from tests.evidence.front import Front

TO = ("--to", f"{RELAY}:587", "--json")


def one_line(result: Result) -> str:
    """What a command says that fails with exit status 2."""
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_every_kind_is_found_by_name_and_arn(account: Account, mailroute: Command, tmp_path: Path) -> None:
    account.nat()
    function = account.function("mailer")
    service = account.ecs_service("worker", "jobs")
    express = account.express_service("web")
    file = tmp_path / "account.json"
    assert mailroute("snapshot", "--vpc", account.vpc, "-o", file).returncode == 0
    for name, label in (
        ("shop", "shop"),
        ("mailer", "mailer"),
        (function, "mailer"),
        ("worker", "worker"),
        ("jobs/worker", "worker"),
        (service, "worker"),
        ("web", "web"),
        (express, "web"),
    ):
        live = mailroute("diagnose", "--service", name, *TO)
        assert live.returncode == 0, (name, live.stdout + live.stderr)
        assert json.loads(live.stdout)["service"] == label
        assert mailroute("diagnose", "--service", name, *TO, "--evidence", file) == live


def test_a_snapshot_holds_services_without_their_secrets(
    account: Account, front: Front, mailroute: Command, tmp_path: Path
) -> None:
    account.function("mailer")
    account.function("public", in_vpc=False)
    account.ecs_service("worker", "jobs")
    account.express_service("web")
    elsewhere = Account(front)
    elsewhere.function("other")
    elsewhere.ecs_service("other")
    file = tmp_path / "account.json"
    assert mailroute("snapshot", "--vpc", account.vpc, "-o", file).returncode == 0
    assert "hunter2" not in file.read_text()
    found = {
        resource["type"]: resource["properties"]
        for resource in load(file)["resources"]
        if resource["type"].startswith(("aws:ecs/", "aws:lambda/"))
    }
    assert {kind: found[kind].get("name", found[kind].get("serviceName")) for kind in found} == {
        "aws:ecs/expressGatewayService:ExpressGatewayService": "web",
        "aws:ecs/service:Service": "worker",
        "aws:ecs/taskDefinition:TaskDefinition": None,
        "aws:lambda/function:Function": "mailer",
    }
    kept = {"SMTP_HOST": RELAY, "SMTP_PORT": "587", "SMTP_PASS": None}
    listed = [{"name": name, "value": value} for name, value in kept.items()]
    assert found["aws:lambda/function:Function"]["environment"] == {"variables": kept}
    (container,) = json.loads(found["aws:ecs/taskDefinition:TaskDefinition"]["containerDefinitions"])
    assert container["environment"] == listed
    assert found["aws:ecs/expressGatewayService:ExpressGatewayService"]["primaryContainer"][
        "environments"
    ] == (listed)


def test_an_ambiguous_name_is_one_line_with_the_arns(
    account: Account, front: Front, mailroute: Command, tmp_path: Path
) -> None:
    arns = [
        front.app_runner.services[0]["ServiceArn"],
        account.ecs_service("shop", "jobs"),
        account.function("shop"),
    ]
    live = one_line(mailroute("diagnose", "--service", "shop", *TO))
    assert live == f"mailroute: error: 'shop' is the name of 3 services: give one of {', '.join(arns)}\n"
    assert mailroute("diagnose", "--service", "jobs/shop", *TO).returncode == 1
    file = tmp_path / "account.json"
    mailroute("snapshot", "--vpc", account.vpc, "-o", file)
    assert one_line(mailroute("diagnose", "--service", "shop", *TO, "--evidence", file)) == live


def test_a_service_need_not_name_the_mail_host(account: Account, mailroute: Command) -> None:
    account.nat()
    account.function("mailer", in_vpc=False)
    account.functions.update_function_configuration(
        FunctionName="mailer",
        VpcConfig={"SubnetIds": account.private, "SecurityGroupIds": [account.group]},
        Environment={"Variables": {"MAIL_SERVER": RELAY}},
    )
    assert mailroute("diagnose", "--service", "mailer", *TO).returncode == 0


def test_a_function_outside_any_vpc_has_lambdas_own_egress(account: Account, mailroute: Command) -> None:
    account.function("public", in_vpc=False)
    result = mailroute("diagnose", "--service", "public", *TO)
    assert result.returncode == 0
    assert [hop["kind"] for hop in json.loads(result.stdout)["path"]] == ["workload", "internet"]


def test_a_region_without_app_runner_has_the_other_services(
    account: Account, front: Front, mailroute: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    stockholm = Account(front, "eu-north-1")
    stockholm.function("mailer")
    front.calls.clear()
    assert mailroute("diagnose", "--service", "mailer", *TO).returncode == 1
    assert mailroute("snapshot", "--vpc", stockholm.vpc, "-o", "-").returncode == 0
    assert not [action for action in front.calls if action.startswith("apprunner:")]
    arn = front.app_runner.services[0]["ServiceArn"].replace(account.region, "eu-north-1")
    assert f"{arn!r} in eu-north-1\n" in one_line(mailroute("diagnose", "--service", arn, *TO))


@pytest.mark.parametrize(
    ("arn", "says"),
    [
        ("arn:aws:s3:::bucket", "is not the ARN of an App Runner service, ECS service or Lambda function"),
        ("arn:aws:ecs:us-east-1:123456789012:cluster/jobs", "is not the ARN of an App Runner service"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:mailer", "is not in us-east-1: leave out --region"),
        ("arn:aws:lambda:us-east-1:123456789012:function:mailer", "there is no"),
        ("arn:aws:ecs:us-east-1:123456789012:service/mailer", "there is no"),
        ("jobs/mailer", "'jobs/mailer' in us-east-1"),
    ],
)
def test_a_wrong_arn_is_one_line(front: Front, mailroute: Command, arn: str, says: str) -> None:
    assert says in one_line(mailroute("diagnose", "--service", arn, "--region", "us-east-1", *TO))


def test_a_service_is_shown_with_its_capacity_providers() -> None:
    """They tell whether its tasks may have public addresses."""
    answer = {"serviceArn": "arn:aws:ecs:us-east-1:111122223333:service/jobs/worker", "serviceName": "worker"}
    spot = {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}

    shown = service({**answer, "capacityProviderStrategy": [spot]})["properties"]

    assert shown["capacityProviderStrategies"] == [{"capacityProvider": "FARGATE_SPOT"}]
    assert "capacityProviderStrategies" not in service({**answer, "launchType": "EC2"})["properties"]
