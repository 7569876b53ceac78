"""The network module that a team's programs share: public and private subnets in two zones."""

import pulumi_aws as aws

ZONES = ("us-east-1a", "us-east-1b")
ANYWHERE = [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]


class Network:
    def __init__(self, name, nat="one", egress=ANYWHERE):
        self.name = name
        self.vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
        gateway = aws.ec2.InternetGateway(f"{name}-igw", vpc_id=self.vpc.id)
        out = aws.ec2.RouteTable(
            f"{name}-public",
            vpc_id=self.vpc.id,
            routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
        )
        self.public = [self._subnet(f"{name}-public-{i}", i, zone, out) for i, zone in enumerate(ZONES)]
        nats = [self._nat(f"{name}-nat-{i}", i) for i in range({"one": 1, "each": 2, "none": 0}[nat])]
        self.private = []
        for i, zone in enumerate(ZONES):
            table = aws.ec2.RouteTable(f"{name}-private-{i}", vpc_id=self.vpc.id)
            if nats:
                aws.ec2.Route(
                    f"{name}-private-{i}",
                    route_table_id=table.id,
                    destination_cidr_block="0.0.0.0/0",
                    nat_gateway_id=nats[i % len(nats)].id,
                )
            self.private.append(self._subnet(f"{name}-private-{i}", 10 + i, zone, table))
        self.group = aws.ec2.SecurityGroup(f"{name}-app", vpc_id=self.vpc.id, egress=egress)

    def _subnet(self, name, number, zone, table):
        subnet = aws.ec2.Subnet(
            name, vpc_id=self.vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=zone
        )
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id)
        return subnet

    def _nat(self, name, number):
        address = aws.ec2.Eip(name, domain="vpc")
        return aws.ec2.NatGateway(name, allocation_id=address.id, subnet_id=self.public[number].id)

    def endpoint(self, service, port=443):
        clients = {"from_port": port, "to_port": port, "security_groups": [self.group.id]}
        group = aws.ec2.SecurityGroup(
            f"{self.name}-{service}", vpc_id=self.vpc.id, ingress=[{"protocol": "tcp", **clients}]
        )
        aws.ec2.VpcEndpoint(
            f"{self.name}-{service}",
            vpc_id=self.vpc.id,
            service_name=f"com.amazonaws.us-east-1.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=[subnet.id for subnet in self.private],
            security_group_ids=[group.id],
        )
