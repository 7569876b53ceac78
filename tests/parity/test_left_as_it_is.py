"""The official engine changes only what the config sets of a service that somebody set up by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.components.service_by_hand import (
    CODE,
    CODE_KEYS,
    CONNECTOR,
    OF_CODE,
    OF_IMAGE,
    SERVICE,
    TAGS,
    UNSET,
    changed,
    mail,
    set_up,
)
from tests.parity.stack import ROOT, account_of, needs_pulumi, stack_of

pytestmark = [pytest.mark.pulumi, needs_pulumi]
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/daadaar-backend:v2"
_OF_CODE = {f"{OF_CODE}.runtimeEnvironmentVariables.SMTP_HOST", f"{OF_CODE}.runtimeEnvironmentSecrets"}


@pytest.mark.parametrize(
    ("source", "code", "paths"),
    [
        (None, {}, {CONNECTOR, *TAGS, *mail(f"{OF_IMAGE}.imageConfiguration")}),
        (CODE, CODE_KEYS, {CONNECTOR, *TAGS, *_OF_CODE}),
    ],
    ids=["image", "code"],
)
def test_only_mail_connector_and_tags_change(
    tmp_path: Path, source: Mapping[str, Any] | None, code: Mapping[str, str], paths: set[str]
) -> None:
    account = account_of("prod")
    set_up(account, source)
    [before] = account.of(SERVICE)
    with stack_of(ROOT, "prod", tmp_path / "prod", account) as stack:
        stack.configure(**UNSET, sourceCode=json.dumps(code))
        stack.done("import", SERVICE, "service", before.id, "--generate-code=false", "--yes")
        assert stack.run("preview").status == 0
        assert stack.up().status == 0
        [after] = account.of(SERVICE)
        assert changed(before, after) == paths
        assert stack.up().changed == {}


def test_a_preview_refuses_roles_that_nobody_has_named(tmp_path: Path) -> None:
    account = account_of("prod")
    public = {"imageIdentifier": "public.ecr.aws/nginx/nginx:1", "imageRepositoryType": "ECR_PUBLIC"}
    environment = {"runtimeEnvironmentVariables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}}
    image = {**public, "imageConfiguration": environment}
    set_up(account, {"autoDeploymentsEnabled": False, "imageRepository": image})
    [before] = account.of(SERVICE)
    with stack_of(ROOT, "prod", tmp_path / "prod", account) as stack:
        stack.done("import", SERVICE, "service", before.id, "--generate-code=false", "--yes")
        for role, runs, name in (("", "", "instanceRoleArn"), ("new", _IMAGE, "accessRoleArn")):
            stack.configure(**{**UNSET, "instanceRoleArn": role, "image": runs})
            preview = stack.run("preview")
            assert preview.status != 0
            assert f"config mailroute:{name} is None: the service has" in preview.said
            assert "Traceback" not in preview.said


def test_an_image_does_not_take_the_place_of_source_code(tmp_path: Path) -> None:
    account = account_of("prod")
    set_up(account, CODE)
    [before] = account.of(SERVICE)
    with stack_of(ROOT, "prod", tmp_path / "prod", account) as stack:
        stack.configure(**UNSET)
        stack.done("import", SERVICE, "service", before.id, "--generate-code=false", "--yes")
        preview = stack.run("preview")
        assert preview.status != 0
        assert "imageRepository.imageIdentifier" in preview.said
