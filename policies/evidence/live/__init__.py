"""Live evidence: what an AWS account holds, read through boto3 and never written.

It comes in the same form as an evidence file. boto3 itself is only imported when something is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import app_runner, network
from .actions import Action, iam_policy
from .api import AccessError, Api, connect
from .document import build

__all__ = ["AccessError", "Action", "Api", "build", "collect", "connect", "iam_policy"]


def collect(
    ids: Iterable[str], region: str | None, *, profile: str | None = None, role: str | None = None
) -> dict[str, Any]:
    """What the account holds of the VPCs that `ids` belong to.

    Args:
        ids: of VPCs and of what is in them; ARNs of VPC connectors. Others are left out.
        region: that of the environment where it is `None`.
        profile: of the AWS configuration, the usual one where it is `None`.
        role: the ARN of a role to assume.

    Returns:
        An evidence document, valid by the schema.

    Raises:
        AccessError: the account cannot be read at all.
    """
    api = connect(region, profile=profile, role=role)
    named = set(ids)
    connectors = app_runner.connectors(api, (value for value in named if ":vpcconnector/" in value))
    for connector in connectors:
        named.update(connector["properties"]["subnets"], connector["properties"]["securityGroups"])
    return build(api, network.vpcs_of(api, named).values(), connectors)
