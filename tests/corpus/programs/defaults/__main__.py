"""What AWS makes with a VPC, adopted and rewritten."""

import pulumi
import pulumi_aws as aws


def service(name, subnets, groups):
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=[subnet.id for subnet in subnets], security_groups=groups
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


def network(name, block):
    vpc = aws.ec2.Vpc(name, cidr_block=f"10.{block}.0.0/16")
    gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id)
    public = aws.ec2.Subnet(f"{name}-public", vpc_id=vpc.id, cidr_block=f"10.{block}.0.0/24")
    private = aws.ec2.Subnet(f"{name}-private", vpc_id=vpc.id, cidr_block=f"10.{block}.1.0/24")
    table = aws.ec2.RouteTable(name, vpc_id=vpc.id)
    aws.ec2.Route(
        f"{name}-public", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id
    )
    aws.ec2.RouteTableAssociation(f"{name}-public", subnet_id=public.id, route_table_id=table.id)
    address = aws.ec2.Eip(name, domain="vpc")
    nat = aws.ec2.NatGateway(
        name,
        subnet_id=public.id,
        allocation_id=address.allocation_id,
        opts=pulumi.ResourceOptions(depends_on=[gateway]),
    )
    return vpc, private, nat


vpc, private, nat = network("main-table", 1)
aws.ec2.DefaultRouteTable(
    "main",
    default_route_table_id=vpc.default_route_table_id,
    routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}],
)
group = aws.ec2.SecurityGroup(
    "mail",
    vpc_id=vpc.id,
    egress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "cidr_blocks": ["0.0.0.0/0"]}],
)
service("main-table", [private], [group.id])
service("default-group", [private], [vpc.default_security_group_id])

vpc, private, nat = network("route-in-main", 2)
aws.ec2.Route(
    "by-main-id",
    route_table_id=vpc.main_route_table_id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat.id,
)
service("route-in-main", [private], [vpc.default_security_group_id])

vpc, private, nat = network("other-main", 3)
other = aws.ec2.RouteTable(
    "other-main-table", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
aws.ec2.MainRouteTableAssociation("other-main", vpc_id=vpc.id, route_table_id=other.id)
service("other-main", [private], [vpc.default_security_group_id])

vpc, private, nat = network("wiped-group", 4)
aws.ec2.Route(
    "wiped-group",
    route_table_id=vpc.main_route_table_id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat.id,
)
wiped = aws.ec2.DefaultSecurityGroup("wiped", vpc_id=vpc.id)
service("wiped-group", [private], [wiped.id])
service("wiped-group-by-vpc", [private], [vpc.default_security_group_id])

vpc, private, nat = network("wiped-acl", 5)
aws.ec2.Route(
    "wiped-acl",
    route_table_id=vpc.main_route_table_id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat.id,
)
aws.ec2.DefaultNetworkAcl("wiped", default_network_acl_id=vpc.default_network_acl_id)
service("wiped-acl", [private], [vpc.default_security_group_id])

vpc, private, nat = network("own-acl", 6)
aws.ec2.Route(
    "own-acl",
    route_table_id=vpc.main_route_table_id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat.id,
)
acl = aws.ec2.NetworkAcl("own", vpc_id=vpc.id, subnet_ids=[private.id])
for egress, low, high in ((True, 587, 587), (False, 1024, 65535)):
    aws.ec2.NetworkAclRule(
        f"own-{egress}",
        network_acl_id=acl.id,
        egress=egress,
        rule_number=100,
        protocol="tcp",
        rule_action="allow",
        cidr_block="0.0.0.0/0",
        from_port=low,
        to_port=high,
    )
service("own-acl", [private], [vpc.default_security_group_id])
