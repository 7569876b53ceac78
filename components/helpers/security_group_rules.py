"""A pair of security group rules: who may connect, and who lets them in."""

from typing import Optional

import pulumi
import pulumi_aws as aws

from .component import ownership


def allow(
    name: str,
    opts: pulumi.ResourceOptions,
    client_group_id: pulumi.Input[str],
    port: Optional[int],
    group_id: Optional[pulumi.Input[str]] = None,
    cidr_block: Optional[pulumi.Input[str]] = None,
    title: Optional[str] = None,
) -> list[pulumi.Resource]:
    """Let `client_group_id` connect over TCP to `port`, or with any protocol where there is none.

    The other side is either `group_id`, which gets the ingress rule that lets the client in, or `cidr_block`.
    The port is part of the rules' names: the rules of another port are there before those of the old one go.

    Args:
        title: what their tag calls the rules, and what stacks that are there may name them. Default: `name`.
    """
    suffix = "" if port is None else f"-{port:d}"
    name, title = f"{name}{suffix}", f"{title or name}{suffix}"
    if title != name:
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=title)]))
    protocol = "-1" if port is None else "tcp"
    rules: list[pulumi.Resource] = [
        aws.vpc.SecurityGroupEgressRule(
            name,
            security_group_id=client_group_id,
            referenced_security_group_id=group_id,
            cidr_ipv4=cidr_block,
            tags=ownership(title),
            opts=opts,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
        )
    ]
    if group_id is not None:
        rules.append(
            aws.vpc.SecurityGroupIngressRule(
                name,
                security_group_id=group_id,
                referenced_security_group_id=client_group_id,
                tags=ownership(title),
                opts=opts,
                ip_protocol=protocol,
                from_port=port,
                to_port=port,
            )
        )
    return rules
