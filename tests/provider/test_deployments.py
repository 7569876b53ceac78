"""App Runner deployments that do not end well, as pulumi-aws shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mailroute.rehearsal.account import Account
from tests.provider.deploying import SERVICE, DeployingAccount
from tests.provider.harness import PROD, Client, RefusalError


def test_a_deployment_that_was_rolled_back_is_a_difference(connect: Callable[..., Client]) -> None:
    account = DeployingAccount.empty("us-east-1")
    client = connect(account)
    old, new = (service_on(port) for port in ("8080", "3000"))
    made = client.create(SERVICE, "api", **old)
    account.deployments["backend"] = "rolled back"
    updated = client.update(made, **new)
    image = updated.outputs["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    assert image["port"] == "8080"
    assert list(client.diff(updated, **new).diffs) == ["sourceConfiguration"]
    account.deployments.clear()
    again = client.update(updated, **new)
    assert list(client.diff(again, **new).diffs) == []
    assert list(client.diff(again, **old).diffs) == ["sourceConfiguration"]


def service_on(port: str) -> dict[str, Any]:
    image = {
        "imageIdentifier": "public.ecr.aws/aws-containers/hello-app-runner:latest",
        "imageRepositoryType": "ECR_PUBLIC",
        "imageConfiguration": {"port": port},
    }
    return {"serviceName": "backend", "sourceConfiguration": {"imageRepository": image}}


def test_a_second_service_of_one_name_is_refused(connect: Callable[..., Client]) -> None:
    account = Account.load(PROD)
    [there] = account.of(SERVICE)
    again = {**service_on("8080"), "serviceName": there.get("serviceName")}
    with pytest.raises(RefusalError, match="Service with the provided name already exists: daadaar-backend"):
        connect(account).create(SERVICE, "api", **again)
    assert list(account.of(SERVICE)) == [there]
    account.imports_services = True
    assert connect(account.as_it_was()).create(SERVICE, "api", **again).id == there.id
