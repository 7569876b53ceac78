"""Lists of ids as one output each, as components and `Output.all` hand them on."""

import pulumi
import pulumi_aws as aws


class Network(pulumi.ComponentResource):
    """Hands on its subnets as lists, as many a network component does."""

    def __init__(self, name, nat, opts=None):
        super().__init__("shop:net:Network", name, {}, opts)
        inside = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(name, cidr_block="10.0.0.0/16", opts=inside)
        gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id, opts=inside)
        subnets = [
            aws.ec2.Subnet(
                f"{name}-{number}",
                vpc_id=vpc.id,
                cidr_block=f"10.0.{number}.0/24",
                availability_zone=f"us-east-1{'abab'[number]}",
                opts=inside,
            )
            for number in range(4)
        ]
        public = aws.ec2.RouteTable(f"{name}-public", vpc_id=vpc.id, opts=inside)
        aws.ec2.Route(
            f"{name}-public",
            route_table_id=public.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=inside,
        )
        private = aws.ec2.RouteTable(f"{name}-private", vpc_id=vpc.id, opts=inside)
        for subnet, table in zip(subnets, (public, public, private, private), strict=True):
            aws.ec2.RouteTableAssociation(
                subnet._name, subnet_id=subnet.id, route_table_id=table.id, opts=inside
            )
        if nat:
            address = aws.ec2.Eip(f"{name}-nat", domain="vpc", opts=inside)
            translator = aws.ec2.NatGateway(
                f"{name}-nat",
                allocation_id=address.id,
                subnet_id=subnets[0].id,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
            )
            aws.ec2.Route(
                f"{name}-private",
                route_table_id=private.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=translator.id,
                opts=inside,
            )
        self.vpc_id = vpc.id
        self.public_subnet_ids = pulumi.Output.all(*[subnet.id for subnet in subnets[:2]])
        self.private_subnet_ids = pulumi.Output.all(*[subnet.id for subnet in subnets[2:]])
        self.subnet_ids = pulumi.Output.all(*[subnet.id for subnet in subnets])
        self.register_outputs({"vpcId": self.vpc_id, "privateSubnetIds": self.private_subnet_ids})


def service(name, subnets, groups):
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=subnets, security_groups=groups
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


with_nat, without_nat = Network("routed", nat=True), Network("isolated", nat=False)
groups = {}
for name, network in (("routed", with_nat), ("isolated", without_nat)):
    groups[name] = aws.ec2.SecurityGroup(
        name,
        vpc_id=network.vpc_id,
        egress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "cidr_blocks": ["0.0.0.0/0"]}],
    )
service("list-of-a-component", with_nat.private_subnet_ids, [groups["routed"].id])
service("groups-as-output", with_nat.private_subnet_ids, pulumi.Output.all(groups["routed"].id))
service("first-of-a-list", [with_nat.private_subnet_ids[0]], [groups["routed"].id])
service("part-of-a-list", with_nat.private_subnet_ids.apply(lambda ids: ids[:1]), [groups["routed"].id])
service("part-of-all", with_nat.subnet_ids.apply(lambda ids: ids[2:]), [groups["routed"].id])
service("public-list", with_nat.public_subnet_ids, [groups["routed"].id])
service("no-way-out", without_nat.private_subnet_ids, [groups["isolated"].id])
