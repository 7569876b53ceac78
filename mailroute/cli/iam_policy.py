"""`mailroute iam-policy`: the permissions that reading an account takes."""

from __future__ import annotations

import json

import click

from .output import write
from .status import Status


@click.command("iam-policy", short_help="Print the IAM policy that 'diagnose' and 'snapshot' need.")
def command() -> int:
    """Print the least-privilege IAM policy that reading an account takes: it allows nothing but reading.

    \b
    Examples:
      mailroute iam-policy > policy.json
      aws iam create-policy --policy-name mailroute-read --policy-document "$(mailroute iam-policy)"
    """
    from evidence.live import iam_policy

    write(json.dumps(iam_policy(), indent=2) + "\n")
    return Status.OK
