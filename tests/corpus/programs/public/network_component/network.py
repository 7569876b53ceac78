"""A VPC with public and private subnets in each zone."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions


@dataclass
class NetworkArgs:
    cidr_prefix: str = "10.30"
    zones: int = 2


class Network(pulumi.ComponentResource):
    def __init__(self, name, args, opts=None):
        super().__init__("acme:network:Network", name, None, opts)
        child = ResourceOptions(parent=self)
        zones = aws.get_availability_zones(state="available").names[: args.zones]

        self.vpc = aws.ec2.Vpc(
            f"{name}-vpc", cidr_block=f"{args.cidr_prefix}.0.0/16", enable_dns_hostnames=True, opts=child
        )
        self.igw = aws.ec2.InternetGateway(f"{name}-igw", vpc_id=self.vpc.id, opts=child)
        public_table = aws.ec2.RouteTable(f"{name}-public", vpc_id=self.vpc.id, opts=child)
        aws.ec2.Route(
            f"{name}-public",
            route_table_id=public_table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=self.igw.id,
            opts=child,
        )
        self.public_subnets, self.private_subnets = [], []
        for index, zone in enumerate(zones):
            public = aws.ec2.Subnet(
                f"{name}-public-{zone}",
                vpc_id=self.vpc.id,
                cidr_block=f"{args.cidr_prefix}.{index}.0/24",
                availability_zone=zone,
                map_public_ip_on_launch=True,
                opts=child,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-public-{zone}", subnet_id=public.id, route_table_id=public_table.id, opts=child
            )
            nat = aws.ec2.NatGateway(
                f"{name}-{zone}",
                subnet_id=public.id,
                allocation_id=aws.ec2.Eip(f"{name}-{zone}", domain="vpc", opts=child).allocation_id,
                opts=ResourceOptions(parent=self, depends_on=[self.igw]),
            )
            private = aws.ec2.Subnet(
                f"{name}-private-{zone}",
                vpc_id=self.vpc.id,
                cidr_block=f"{args.cidr_prefix}.{100 + index}.0/24",
                availability_zone=zone,
                opts=child,
            )
            table = aws.ec2.RouteTable(f"{name}-private-{zone}", vpc_id=self.vpc.id, opts=child)
            aws.ec2.Route(
                f"{name}-private-{zone}",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=nat.id,
                opts=child,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-private-{zone}", subnet_id=private.id, route_table_id=table.id, opts=child
            )
            self.public_subnets.append(public)
            self.private_subnets.append(private)

        self.vpc_id = self.vpc.id
        self.public_subnet_ids = [subnet.id for subnet in self.public_subnets]
        self.private_subnet_ids = [subnet.id for subnet in self.private_subnets]
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
            }
        )
