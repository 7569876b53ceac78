"""Services in a VPC that another team made, whose subnets are found by their tags."""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.get_vpc(tags={"Name": "shop"})
private = aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [vpc.id]}], tags={"Tier": "private"})
public = aws.ec2.get_subnets_output(filters=[{"name": "vpc-id", "values": [vpc.id]}], tags={"Tier": "public"})
nat = aws.ec2.NatGateway("shop", subnet_id=public.ids[0], allocation_id=aws.ec2.Eip("shop", domain="vpc").id)
tables = {aws.ec2.get_route_table(subnet_id=identity).id for identity in private.ids}
for table in sorted(tables):
    aws.ec2.Route(table, route_table_id=table, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)

default = aws.ec2.get_security_group(vpc_id=vpc.id, name="default")
group = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
repository = aws.ecr.Repository("shop")
cluster = aws.ecs.Cluster("shop")
role = aws.iam.get_role(name="ecsTaskExecutionRole")


def service(name, subnets, groups, **more):
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=role.arn,
        container_definitions=pulumi.Output.json_dumps(
            [
                {
                    "name": name,
                    "image": repository.repository_url,
                    "environment": [
                        {"name": "EMAIL_HOST", "value": "smtp.eu.sparkpostmail.com"},
                        {"name": "EMAIL_PORT", "value": "2525"},
                    ],
                }
            ]
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        network_configuration={"subnets": subnets, "security_groups": groups, **more},
    )


service("cart", private.ids, [group.id])
service("checkout", private.ids, [default.id])
service("search", private.ids[:1], [group.id, default.id])
service("edge", public.ids, [group.id], assign_public_ip=True)
service("edge-without-address", public.ids, [group.id])
