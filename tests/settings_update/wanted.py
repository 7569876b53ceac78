"""The settings that the tests apply, and what a service is with them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from tests.evidence.conftest import Command, Result
from tests.settings_update.apprunner_api import (
    ARN,
    CONNECTOR,
    SECRET,
    Account,
    image_service,
)

WANTED = (
    *("--set", "SMTP_HOST=email-smtp.us-east-1.amazonaws.com", "--set", "SMTP_PORT=587"),
    *("--secret", f"SMTP_USER={SECRET}:username::", "--secret", f"SMTP_PASS={SECRET}:password::"),
    *("--connector", CONNECTOR),
)
SETTLED = {"Status", "UpdatedAt"}


def applied(service: dict[str, Any]) -> dict[str, Any]:
    """The service as it is to be once `WANTED` is applied, but for its status and its time."""
    wanted = copy.deepcopy(service)
    source = wanted["SourceConfiguration"]
    if "ImageRepository" in source:
        environment = source["ImageRepository"]["ImageConfiguration"]
    else:
        environment = source["CodeRepository"]["CodeConfiguration"]["CodeConfigurationValues"]
    variables = environment.setdefault("RuntimeEnvironmentVariables", {})
    variables.update(SMTP_HOST="email-smtp.us-east-1.amazonaws.com", SMTP_PORT="587")
    secrets = environment.setdefault("RuntimeEnvironmentSecrets", {})
    secrets.update(SMTP_USER=f"{SECRET}:username::", SMTP_PASS=f"{SECRET}:password::")
    wanted["NetworkConfiguration"]["EgressConfiguration"] = {
        "EgressType": "VPC",
        "VpcConnectorArn": CONNECTOR,
    }
    return settled(wanted)


def settled(service: dict[str, Any]) -> dict[str, Any]:
    """A service without what every operation changes, and without empty maps."""
    text = json.dumps({name: value for name, value in service.items() if name not in SETTLED})
    found: dict[str, Any] = json.loads(
        text, object_hook=lambda found: {key: value for key, value in found.items() if value != {}}
    )
    return found


def apply(mailroute: Command, journal: Path, *more: str) -> Result:
    return mailroute("apply-settings", "--service", ARN, *WANTED, "--journal", journal, *more)


def unchanged(account: Account) -> bool:
    return not account.updates and settled(account.service) == settled(image_service())
