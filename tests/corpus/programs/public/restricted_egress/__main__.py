"""Groups that let out only what each service needs, in rules of their own."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("strict", cidr_block="10.190.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("strict", vpc_id=vpc.id)
public_table = aws.ec2.RouteTable("public", vpc_id=vpc.id)
aws.ec2.Route("public", route_table_id=public_table.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
public = aws.ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.190.0.0/24", availability_zone="us-east-1b")
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=public_table.id)
nat = aws.ec2.NatGateway(
    "strict", subnet_id=public.id, allocation_id=aws.ec2.Eip("strict", domain="vpc").allocation_id
)
private_table = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.Route(
    "private", route_table_id=private_table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id
)
private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.190.1.0/24", availability_zone="us-east-1b")
aws.ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=private_table.id)
alb = aws.ec2.SecurityGroup("alb", vpc_id=vpc.id)
database = aws.ec2.SecurityGroup("database", vpc_id=vpc.id)
cluster = aws.ecs.Cluster("strict")
mail = aws.ec2.ManagedPrefixList(
    "mail",
    name="mail-relays",
    address_family="IPv4",
    max_entries=5,
    entries=[{"cidr": "0.0.0.0/0", "description": "any relay"}],
)


def deploy(name, port, *ports, lists=()):
    group = aws.ec2.SecurityGroup(name, vpc_id=vpc.id, description=f"Tasks of {name}")
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-from-alb",
        security_group_id=group.id,
        referenced_security_group_id=alb.id,
        ip_protocol="tcp",
        from_port=8080,
        to_port=8080,
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-to-database",
        security_group_id=group.id,
        referenced_security_group_id=database.id,
        ip_protocol="tcp",
        from_port=5432,
        to_port=5432,
    )
    for out in ports:
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-out-{out}",
            security_group_id=group.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=out,
            to_port=out,
        )
    for each in lists:
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-out-list",
            security_group_id=group.id,
            prefix_list_id=each.id,
            ip_protocol="tcp",
            from_port=587,
            to_port=587,
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
                    "name": "app",
                    "image": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}:1",
                    "environment": [
                        {"name": "NODEMAILER_HOST", "value": "smtp.ionos.com"},
                        {"name": "NODEMAILER_PORT", "value": str(port)},
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
        network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
            subnets=[private.id], security_groups=[group.id], assign_public_ip=False
        ),
        opts=pulumi.ResourceOptions(depends_on=[nat]),
    )


deploy("mails", 587, 443, 587)
deploy("mails-over-tls", 465, 443, 465)
deploy("forgot-the-port", 587, 443)
deploy("wrong-port", 465, 443, 587)
deploy("nothing-at-all", 587)
deploy("by-prefix-list", 587, 443, lists=[mail])
