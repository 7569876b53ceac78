"""The network of the platform: one NAT gateway for two private subnets."""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("platform", cidr_block="10.70.0.0/16", enable_dns_hostnames=True)
internet = aws.ec2.InternetGateway("platform", vpc_id=vpc.id)


def subnet(name, third, zone, table, public=False):
    found = aws.ec2.Subnet(
        name,
        vpc_id=vpc.id,
        cidr_block=f"10.70.{third}.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=public,
    )
    aws.ec2.RouteTableAssociation(name, subnet_id=found.id, route_table_id=table.id)
    return found


outer = aws.ec2.RouteTable(
    "outer", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": internet.id}]
)
edge = subnet("edge", 0, "us-east-1a", outer, public=True)
address = aws.ec2.Eip("nat", domain="vpc", opts=pulumi.ResourceOptions(protect=True))
nat = aws.ec2.NatGateway("nat", subnet_id=edge.id, allocation_id=address.allocation_id)
inner = aws.ec2.RouteTable(
    "inner", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
private = [
    subnet(f"private-{zone}", third, f"us-east-1{zone}", inner) for third, zone in ((1, "a"), (2, "b"))
]
