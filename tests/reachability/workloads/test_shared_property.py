"""Workloads that name subnets and groups in one property: neither is taken for the other in a preview."""

from __future__ import annotations

from reachability import UNKNOWN, Graph, Resource, prove

VPC, SUBNET, GROUP = "urn:vpc", "urn:subnet", "urn:group"


def _resource(
    key: str, token: str, properties: dict[str, object], **dependencies: tuple[str, ...]
) -> Resource:
    return Resource(
        key=key,
        type=token,
        name=key.rpartition(":")[2],
        properties=properties,
        dependencies=dependencies,
        inputs=frozenset(properties),
        access="one provider",
    )


def test_a_functions_own_group_is_judged_not_the_default_one() -> None:
    """The group is one of three dependencies; the subnets' VPC, whose default group is another, is none."""
    everywhere = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]
    graph = Graph(
        [
            _resource(VPC, "aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}),
            _resource(
                SUBNET,
                "aws:ec2/subnet:Subnet",
                {"vpcId": UNKNOWN, "cidrBlock": "10.0.1.0/24"},
                vpcId=(VPC,),
            ),
            _resource(
                GROUP,
                "aws:ec2/securityGroup:SecurityGroup",
                {"vpcId": UNKNOWN, "egress": everywhere},
                vpcId=(VPC,),
            ),
            _resource(
                "urn:function",
                "aws:lambda/function:Function",
                {
                    "vpcConfig": {"subnetIds": [UNKNOWN], "securityGroupIds": [UNKNOWN]},
                    "environment": {"variables": {"SMTP_HOST": "relay.example.com", "SMTP_PORT": "587"}},
                },
                vpcConfig=(GROUP, SUBNET),
            ),
        ]
    )
    (egress,) = prove(graph)
    assert [finding.code for finding in egress.outcome.findings] == ["NO_ROUTE_TO_DESTINATION"]
    groups = [hop.resource for hop in egress.outcome.path if hop.kind == "security-group"]
    assert groups == [GROUP]


def test_a_list_of_more_than_its_candidates_names_unread_ones() -> None:
    """The SDK of policies leaves out what a program only reads: `[new.id, read.id]` shows one candidate."""
    connector = _resource(
        "urn:connector",
        "aws:apprunner/vpcConnector:VpcConnector",
        {"subnets": [UNKNOWN, UNKNOWN]},
        subnets=(SUBNET,),
    )
    subnet = _resource(SUBNET, "aws:ec2/subnet:Subnet", {"vpcId": UNKNOWN}, vpcId=(VPC,))
    graph = Graph([_resource(VPC, "aws:ec2/vpc:Vpc", {}), subnet, connector])
    refs = graph.refs(connector, (UNKNOWN, UNKNOWN), "subnets", ("aws:ec2/subnet:Subnet",))
    assert [(ref.candidates, ref.open) for ref in refs] == [((subnet,), True)] * 2
    (only,) = graph.refs(connector, (UNKNOWN,), "subnets", ("aws:ec2/subnet:Subnet",))
    assert only.target == subnet
