"""A network component that hands its subnets on as a dictionary of lists."""

import json

import pulumi
import pulumi_aws as aws

TIERS = {"public": 0, "app": 16, "data": 32}


class Network(pulumi.ComponentResource):
    vpc_id: pulumi.Output[str]
    subnet_ids: pulumi.Output[dict]

    def __init__(self, name, zones, opts=None):
        super().__init__("pkg:index:Network", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(name, cidr_block="10.220.0.0/16", enable_dns_hostnames=True, opts=own)
        gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id, opts=own)
        made = {tier: [] for tier in TIERS}
        for tier, first in TIERS.items():
            for index, zone in enumerate(zones):
                made[tier].append(
                    aws.ec2.Subnet(
                        f"{name}-{tier}-{zone}",
                        vpc_id=vpc.id,
                        availability_zone=zone,
                        cidr_block=f"10.220.{first + index}.0/24",
                        map_public_ip_on_launch=tier == "public",
                        opts=own,
                    )
                )
        nat = aws.ec2.NatGateway(
            name,
            subnet_id=made["public"][0].id,
            allocation_id=aws.ec2.Eip(name, domain="vpc", opts=own).id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
        )
        targets = {"public": {"gateway_id": gateway.id}, "app": {"nat_gateway_id": nat.id}, "data": None}
        for tier, target in targets.items():
            routes = [{"cidr_block": "0.0.0.0/0", **target}] if target else []
            table = aws.ec2.RouteTable(f"{name}-{tier}", vpc_id=vpc.id, routes=routes, opts=own)
            for zone, subnet in zip(zones, made[tier], strict=True):
                aws.ec2.RouteTableAssociation(
                    f"{name}-{tier}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=own
                )
        self.vpc_id = vpc.id
        self.cidr_block = vpc.cidr_block
        self.subnet_ids = {tier: [subnet.id for subnet in subnets] for tier, subnets in made.items()}
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids})


class Service(pulumi.ComponentResource):
    def __init__(self, name, args, opts=None):
        super().__init__("pkg:index:Service", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args["vpc_id"],
            egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
            opts=own,
        )
        task = aws.ecs.TaskDefinition(
            name,
            family=name,
            cpu="256",
            memory="512",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            container_definitions=json.dumps(
                [
                    {
                        "name": name,
                        "image": args["image"],
                        "environment": [{"name": k, "value": v} for k, v in args["environment"].items()],
                    }
                ]
            ),
            opts=own,
        )
        self.service = aws.ecs.Service(
            name,
            name=name,
            cluster=args["cluster"],
            task_definition=task.arn,
            launch_type="FARGATE",
            network_configuration={
                "subnets": args["subnets"],
                "security_groups": [group.id],
                "assign_public_ip": args.get("public", False),
            },
            opts=own,
        )
        self.register_outputs({"name": self.service.name})


network = Network("core", ["us-east-1a", "us-east-1c"])
cluster = aws.ecs.Cluster("core")
common = {
    "vpc_id": network.vpc_id,
    "cluster": cluster.arn,
    "image": "public.ecr.aws/example/symfony:7",
    "environment": {"APP_ENV": "prod", "MAILER_DSN": "smtp://user:pass@smtp.brevo.example:587"},
}
Service("site", {**common, "subnets": network.subnet_ids["app"]})
Service("consumer", {**common, "subnets": network.subnet_ids["app"]})
Service("edge", {**common, "subnets": network.subnet_ids["public"], "public": True})
Service("edge-without-address", {**common, "subnets": network.subnet_ids["public"]})
Service("migrations", {**common, "subnets": network.subnet_ids["data"]})
Service("one-zone", {**common, "subnets": network.subnet_ids["app"][:1]})
Service("one-of-each", {**common, "subnets": [network.subnet_ids[tier][0] for tier in ("app", "data")]})
pulumi.export("subnets", network.subnet_ids)
