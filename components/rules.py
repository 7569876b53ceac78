"""A pair of security group rules: who may connect, and who lets them in."""

from typing import Optional

import pulumi
import pulumi_aws as aws

from .component import ownership


def allow(
    parent: pulumi.Resource,
    name: str,
    client_group_id: pulumi.Input[str],
    port: Optional[int],
    group_id: Optional[pulumi.Input[str]] = None,
    cidr_block: Optional[pulumi.Input[str]] = None,
) -> list[pulumi.Resource]:
    """Let `client_group_id` connect over TCP to `port`, or with any protocol where there is none.

    The other side is either `group_id`, which gets the ingress rule that lets the client in, or `cidr_block`.
    """
    traffic = (
        {"ip_protocol": "-1"} if port is None else {"ip_protocol": "tcp", "from_port": port, "to_port": port}
    )
    opts = pulumi.ResourceOptions(parent=parent)
    rules: list[pulumi.Resource] = [
        aws.vpc.SecurityGroupEgressRule(
            name,
            security_group_id=client_group_id,
            referenced_security_group_id=group_id,
            cidr_ipv4=cidr_block,
            tags=ownership(name),
            opts=opts,
            **traffic,
        )
    ]
    if group_id is not None:
        rules.append(
            aws.vpc.SecurityGroupIngressRule(
                name,
                security_group_id=group_id,
                referenced_security_group_id=client_group_id,
                tags=ownership(name),
                opts=opts,
                **traffic,
            )
        )
    return rules
