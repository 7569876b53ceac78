"""One service for each tenant of a Django application, with mail by a URL of its own."""

import json

import pulumi
import pulumi_aws as aws

SIZES = {"small": ("256", "512"), "large": ("1024", "2048")}


class Tenants(pulumi.ComponentResource):
    """The cluster of the tenants, in a network of its own."""

    def __init__(self, name, opts=None):
        super().__init__("example:tenants:Tenants", name, {}, opts)
        self.name = name
        self.vpc = aws.ec2.Vpc(name, cidr_block="10.160.0.0/16", opts=self.child)
        self.gateway = aws.ec2.InternetGateway(name, vpc_id=self.vpc.id, opts=self.child)
        outer = self.table("outer", gateway_id=self.gateway.id)
        edge = self.subnet("edge", 0, outer)
        address = aws.ec2.Eip(f"{name}-nat", domain="vpc", opts=self.child)
        nat = aws.ec2.NatGateway(
            f"{name}-nat", subnet_id=edge.id, allocation_id=address.allocation_id, opts=self.child
        )
        inner = self.table("inner", nat_gateway_id=nat.id)
        self.subnets = [self.subnet(f"inner-{third}", third, inner) for third in (1, 2)]
        self.group = aws.ec2.SecurityGroup(
            f"{name}-tasks",
            vpc_id=self.vpc.id,
            egress=[
                aws.ec2.SecurityGroupEgressArgs(
                    protocol="tcp", from_port=1, to_port=65535, cidr_blocks=["0.0.0.0/0"]
                )
            ],
            opts=self.child,
        )
        self.cluster = aws.ecs.Cluster(name, opts=self.child)
        self.register_outputs({"cluster": self.cluster.arn})

    @property
    def child(self):
        return pulumi.ResourceOptions(parent=self)

    def table(self, kind, **target):
        return aws.ec2.RouteTable(
            f"{self.name}-{kind}",
            vpc_id=self.vpc.id,
            routes=[aws.ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", **target)],
            opts=self.child,
        )

    def subnet(self, kind, third, table):
        made = aws.ec2.Subnet(
            f"{self.name}-{kind}",
            vpc_id=self.vpc.id,
            cidr_block=f"10.160.{third}.0/24",
            availability_zone=f"us-east-1{'abc'[third]}",
            opts=self.child,
        )
        aws.ec2.RouteTableAssociation(
            f"{self.name}-{kind}",
            subnet_id=made.id,
            route_table_id=table.id,
            opts=pulumi.ResourceOptions(parent=made),
        )
        return made

    def add(self, tenant, settings, domain):
        cpu, memory = SIZES[settings["size"]]
        variables = {
            "DJANGO_SETTINGS_MODULE": "tenants.settings",
            "ALLOWED_HOSTS": f"{tenant}.{domain}",
            **({"EMAIL_URL": settings["url"]} if "url" in settings else {}),
        }
        task = aws.ecs.TaskDefinition(
            tenant,
            family=tenant,
            cpu=cpu,
            memory=memory,
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            container_definitions=json.dumps(
                [
                    {
                        "name": "django",
                        "image": "ghcr.io/example/tenants:2024.11",
                        "environment": [{"name": key, "value": value} for key, value in variables.items()],
                    }
                ]
            ),
            opts=self.child,
        )
        aws.ecs.Service(
            tenant,
            name=tenant,
            cluster=self.cluster.arn,
            task_definition=task.arn,
            launch_type="FARGATE",
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=[subnet.id for subnet in self.subnets], security_groups=[self.group.id]
            ),
            opts=self.child,
        )


config = pulumi.Config()
tenants = Tenants("tenants")
for tenant, settings in config.require_object("tenants").items():
    tenants.add(tenant, settings, config.require("domain"))
