"""A cell: a VPC with a regional NAT gateway, a cluster and the services of the product."""

import json

import pulumi
import pulumi_aws as aws


class Cell(pulumi.ComponentResource):
    def __init__(self, name, *, second, mail, image, closed=False, opts=None):
        super().__init__("product:cells:Cell", name, None, opts)
        self.name = name
        self.opts = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(
            name, cidr_block=f"10.{second}.0.0/16", enable_dns_hostnames=True, opts=self.opts
        )
        gateway = aws.ec2.InternetGateway(name, vpc_id=self.vpc.id, opts=self.opts)
        self.table = aws.ec2.RouteTable(name, vpc_id=self.vpc.id, opts=self.opts)
        if not closed:
            nat = aws.ec2.NatGateway(
                name,
                vpc_id=self.vpc.id,
                availability_mode="regional",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
            )
            aws.ec2.Route(
                name,
                route_table_id=self.table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=nat.id,
                opts=self.opts,
            )
        self.subnets = [self._subnet(second, index) for index in range(3)]
        self.group = aws.ec2.SecurityGroup(
            name,
            vpc_id=self.vpc.id,
            egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
            opts=self.opts,
        )
        self.cluster = aws.ecs.Cluster(name, name=name, opts=self.opts)
        for process in ("web", "worker", "mailer"):
            self._service(process, mail, image)
        self.register_outputs({"cluster": self.cluster.name})

    def _subnet(self, second, index):
        name = f"{self.name}-{index}"
        subnet = aws.ec2.Subnet(
            name,
            vpc_id=self.vpc.id,
            cidr_block=f"10.{second}.{index * 32}.0/19",
            availability_zone=f"us-east-1{'abc'[index]}",
            opts=self.opts,
        )
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=self.table.id, opts=self.opts)
        return subnet

    def _service(self, process, mail, image):
        name = f"{self.name}-{process}"
        definitions = pulumi.Output.all(image, self.cluster.name).apply(
            lambda known: json.dumps(
                [
                    {
                        "name": process,
                        "image": f"{known[0]}:{process}",
                        "environment": [
                            {"name": "CELL", "value": known[1]},
                            {"name": "SMTP_URL", "value": mail},
                        ],
                    }
                ]
            )
        )
        task = aws.ecs.TaskDefinition(
            name,
            family=name,
            cpu="256",
            memory="512",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            container_definitions=definitions,
            opts=self.opts,
        )
        aws.ecs.Service(
            name,
            name=name,
            cluster=self.cluster.arn,
            task_definition=task.arn,
            launch_type="FARGATE",
            network_configuration={
                "subnets": [subnet.id for subnet in self.subnets],
                "security_groups": [self.group.id],
            },
            opts=self.opts,
        )
