"""Every packet to the internet through AWS Network Firewall, in one zone."""

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"
ZONE = "us-east-1a"


def policy(name, default, *groups):
    return aws.networkfirewall.FirewallPolicy(
        name,
        name=name,
        firewall_policy={
            "stateless_default_actions": [default],
            "stateless_fragment_default_actions": [default],
            "stateful_engine_options": {"rule_order": "STRICT_ORDER"},
            "stateful_default_actions": ["aws:drop_strict"],
            "stateful_rule_group_references": [
                {"resource_arn": group.arn, "priority": number} for number, group in enumerate(groups, 1)
            ],
        },
    )


def allow(name, port):
    return aws.networkfirewall.RuleGroup(
        name,
        name=name,
        type="STATEFUL",
        capacity=10,
        rule_group={
            "stateful_rule_options": {"rule_order": "STRICT_ORDER"},
            "rules_source": {
                "stateful_rules": [
                    {
                        "action": "PASS",
                        "header": {
                            "protocol": "TCP",
                            "source": "ANY",
                            "source_port": "ANY",
                            "destination": "ANY",
                            "destination_port": port,
                            "direction": "FORWARD",
                        },
                        "rule_options": [{"keyword": "sid", "settings": ["1"]}],
                    }
                ]
            },
        },
    )


def network(name, block, firewall_policy, back=True):
    """Private subnet -> firewall -> NAT gateway -> internet, and the same way back."""
    vpc = aws.ec2.Vpc(name, cidr_block=f"10.{block}.0.0/16")
    gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id)
    subnets = {
        what: aws.ec2.Subnet(
            f"{name}-{what}",
            vpc_id=vpc.id,
            cidr_block=f"10.{block}.{number}.0/24",
            availability_zone=ZONE,
        )
        for number, what in enumerate(("public", "firewall", "private"))
    }
    tables = {}
    for what, subnet in subnets.items():
        tables[what] = aws.ec2.RouteTable(f"{name}-{what}", vpc_id=vpc.id)
        aws.ec2.RouteTableAssociation(f"{name}-{what}", subnet_id=subnet.id, route_table_id=tables[what].id)
    nat = aws.ec2.NatGateway(
        name,
        subnet_id=subnets["public"].id,
        allocation_id=aws.ec2.Eip(name, domain="vpc").id,
        opts=pulumi.ResourceOptions(depends_on=[gateway]),
    )
    firewall = aws.networkfirewall.Firewall(
        name,
        name=name,
        vpc_id=vpc.id,
        firewall_policy_arn=firewall_policy.arn,
        subnet_mappings=[{"subnet_id": subnets["firewall"].id}],
    )
    endpoint = firewall.firewall_statuses.apply(
        lambda statuses: statuses[0].sync_states[0].attachments[0].endpoint_id
    )
    routes = {
        "private": (ANYWHERE, {"vpc_endpoint_id": endpoint}),
        "firewall": (ANYWHERE, {"nat_gateway_id": nat.id}),
        "public": (ANYWHERE, {"gateway_id": gateway.id}),
    }
    for what, (where, target) in routes.items():
        aws.ec2.Route(
            f"{name}-{what}",
            route_table_id=tables[what].id,
            destination_cidr_block=where,
            **target,
        )
    if back:
        aws.ec2.Route(
            f"{name}-back",
            route_table_id=tables["public"].id,
            destination_cidr_block=f"10.{block}.2.0/24",
            vpc_endpoint_id=endpoint,
        )
    connector = aws.apprunner.VpcConnector(
        name,
        vpc_connector_name=name,
        subnets=[subnets["private"].id],
        security_groups=[vpc.default_security_group_id],
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration={
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/app:1",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {
                    "runtime_environment_variables": {
                        "SMTP_HOST": "smtp-relay.brevo.com",
                        "SMTP_PORT": "587",
                    }
                },
            }
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )


network("mail-passes", 1, policy("mail", "aws:forward_to_sfe", allow("mail", "587")))
network("web-passes", 2, policy("web", "aws:forward_to_sfe", allow("web", "443")))
network("everything-passes", 3, policy("open", "aws:pass"))
network("everything-drops", 4, policy("closed", "aws:drop"))
network("replies-go-around", 5, policy("around", "aws:forward_to_sfe", allow("around", "587")), back=False)
