"""`awsx`: VPCs, ECS services with their task definitions, load balancers, repositories and images.

Each expands into the resources of pulumi-aws that the package registers for its arguments.

Source: Pulumi Registry, "AWSx", the pages of its components.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import default_vpc, ecr, load_balancer, service, target_group_attachment, task_definition, vpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..component import Expand

COMPONENTS: Final[Mapping[str, Expand]] = {
    default_vpc.TYPE: default_vpc.expand,
    ecr.IMAGE: ecr.expand_image,
    ecr.REGISTRY_IMAGE: ecr.expand_registry_image,
    ecr.REPOSITORY: ecr.expand_repository,
    load_balancer.APPLICATION: load_balancer.expand_application,
    load_balancer.NETWORK: load_balancer.expand_network,
    service.EC2: service.expand_ec2,
    service.FARGATE: service.expand_fargate,
    target_group_attachment.TYPE: target_group_attachment.expand,
    task_definition.EC2: task_definition.expand_ec2,
    task_definition.FARGATE: task_definition.expand_fargate,
    vpc.TYPE: vpc.expand,
}
"""By type token."""
