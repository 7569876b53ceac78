"""What a process loads before it forks: the SDK, whose modules load as soon as something in them is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pulumi.runtime  # noqa: F401
import pulumi_aws as aws

from mailroute.rehearsal.embedded import launch

LOADED: Final = (
    aws.apprunner.Service,
    aws.cloudwatch.LogGroup,
    aws.ec2.Vpc,
    aws.ec2transitgateway.TransitGateway,
    aws.ecr.Repository,
    aws.ecs.Service,
    aws.iam.Role,
    aws.lambda_.Function,
    aws.lb.LoadBalancer,
    aws.networkfirewall.Firewall,
    aws.rds.Instance,
    aws.route53.Record,
    aws.s3.Bucket,
    aws.secretsmanager.Secret,
    aws.servicediscovery.Service,
    aws.ssm.Parameter,
)


def run(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
    """Run a program as its launcher does; the first of `arguments` is the launcher."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = arguments
    sys.path.insert(0, str(Path(launch.__file__).parent))  # As for every script that Python runs.
    sys.exit(launch.main())
