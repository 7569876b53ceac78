"""`mailroute iam-policy`: the permissions that reading an account takes, or changing a service's settings."""

from __future__ import annotations

import json
from typing import Final

import click

from .output import write
from .status import Status

_READING, _ADOPTING, _APPLYING = COMMANDS = ("diagnose", "adopt", "apply-settings")
_RESOURCE: Final = "'--resource'"


@click.command("iam-policy", short_help="Print the IAM policy that the commands which call AWS need.")
@click.option(
    "--for",
    "command_",
    type=click.Choice(COMMANDS),
    default=_READING,
    show_default=True,
    help="The command that needs it; that of diagnose is that of snapshot too.",
)
@click.option(
    "--resource",
    "resources",
    multiple=True,
    metavar="ARN",
    help="For apply-settings: the service, the VPC connectors that it has and is to have, the connection of "
    "its source code, the role that pulls its image; may be given several times.",
)
def command(command_: str, resources: tuple[str, ...]) -> int:
    """Print a least-privilege IAM policy. Those of diagnose, snapshot and adopt allow nothing but reading;
    that of apply-settings allows updates of the services that are named, with the resources that are named.

    \b
    Examples:
      mailroute iam-policy > policy.json
      aws iam create-policy --policy-name mailroute-read --policy-document "$(mailroute iam-policy)"
      mailroute iam-policy --for apply-settings --resource SERVICE-ARN --resource CONNECTOR-ARN
    """
    from evidence.live import ADOPTING, READING, iam_policy
    from mailroute.settings_update import permissions

    if command_ != _APPLYING:
        if resources:
            raise click.BadParameter("goes with --for apply-settings alone", param_hint=_RESOURCE)
        policy = iam_policy(READING if command_ == _READING else ADOPTING)
    else:
        try:
            policy = permissions.iam_policy(resources)
        except permissions.ResourceError as error:
            raise click.BadParameter(str(error), param_hint=_RESOURCE) from error
    write(json.dumps(policy, indent=2) + "\n")
    return Status.OK
