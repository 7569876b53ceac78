"""The IAM policy of what `mailroute apply-settings` calls.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS App Runner".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

ACTIONS: Final = {
    "apprunner:ListServices": None,
    "apprunner:DescribeService": ("service",),
    "apprunner:ListOperations": ("service",),
    "apprunner:UpdateService": ("service", "vpcconnector", "connection"),
    "iam:PassRole": ("role",),
}
"""Every action that is needed, and the kinds of resource that it is for; `None` of one that knows none.

App Runner asks for the right to pass the role of a private image with each update that names the image.
"""
_KIND: Final = re.compile(
    r"arn:aws[a-z-]*:(?:apprunner:[a-z0-9-]+|iam:):\d{12}:([a-z]+)/[\w+=,.@/-]+", re.ASCII
)


class ResourceError(ValueError):
    """A resource cannot be used: `str()` says in one line which, and what to give."""


def iam_policy(resources: Iterable[str]) -> dict[str, Any]:
    """The least-privilege policy.

    Args:
        resources: the ARNs of the services, of the VPC connectors that they have and are to have, of the
            connections of their source code and of the roles that pull their images.

    Raises:
        ResourceError: one is of another kind, or there is no service.
    """
    by_kind: dict[str, list[str]] = {}
    for arn in resources:
        found = _KIND.fullmatch(arn)
        if found is None or not any(found[1] in (kinds or ()) for kinds in ACTIONS.values()):
            raise ResourceError(
                f"{arn!r} is not the ARN of an App Runner service, VPC connector or connection, or of a role"
            )
        by_kind.setdefault(found[1], []).append(arn)
    if "service" not in by_kind:
        raise ResourceError(
            "none is an App Runner service: give the ARN of the service that is to be changed"
        )
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": "*" if kinds is None else _of(by_kind, kinds)}
        for action, kinds in ACTIONS.items()
        if kinds is None or _of(by_kind, kinds)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _of(by_kind: dict[str, list[str]], kinds: Iterable[str]) -> list[str]:
    return sorted({arn for kind in kinds for arn in by_kind.get(kind, ())})
