"""Services of ECS Express Mode, in subnets of their own and in the default VPC."""

import pulumi
import pulumi_aws as aws

MANAGED = "arn:aws:iam::aws:policy/service-role"
vpc = aws.ec2.Vpc("express", cidr_block="10.80.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("express", vpc_id=vpc.id)
open_table = aws.ec2.RouteTable(
    "open", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}]
)
zones = aws.get_availability_zones_output(state="available").names


def pair(name, first, table, public):
    subnets = []
    for index in range(2):
        subnet = aws.ec2.Subnet(
            f"{name}-{index}",
            vpc_id=vpc.id,
            cidr_block=f"10.80.{first + index}.0/24",
            availability_zone=zones[index],
            map_public_ip_on_launch=public,
        )
        aws.ec2.RouteTableAssociation(f"{name}-{index}", subnet_id=subnet.id, route_table_id=table.id)
        subnets.append(subnet)
    return subnets


public = pair("public", 0, open_table, True)
nat = aws.ec2.NatGateway(
    "express",
    subnet_id=public[0].id,
    allocation_id=aws.ec2.Eip("express", domain="vpc").id,
    opts=pulumi.ResourceOptions(depends_on=[igw]),
)
nat_table = aws.ec2.RouteTable(
    "nat", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
private = pair("private", 10, nat_table, False)
dead = pair("dead", 20, aws.ec2.RouteTable("dead", vpc_id=vpc.id), False)
group = aws.ec2.SecurityGroup(
    "express",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)


def role(name, service, policy):
    made = aws.iam.Role(
        name,
        assume_role_policy=aws.iam.get_policy_document(
            statements=[
                {
                    "actions": ["sts:AssumeRole"],
                    "principals": [{"type": "Service", "identifiers": [service]}],
                }
            ]
        ).json,
    )
    aws.iam.RolePolicyAttachment(name, role=made.name, policy_arn=f"{MANAGED}/{policy}")
    return made


execution = role("execution", "ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy")
infrastructure = role(
    "infrastructure", "ecs.amazonaws.com", "AmazonECSInfrastructureRoleforExpressGatewayServices"
)
repository = aws.ecr.Repository("express")


def express(name, image, environment, subnets=None, port=8080):
    networks = (
        [{"subnets": [each.id for each in subnets], "security_groups": [group.id]}] if subnets else None
    )
    return aws.ecs.ExpressGatewayService(
        name,
        service_name=name,
        execution_role_arn=execution.arn,
        infrastructure_role_arn=infrastructure.arn,
        health_check_path="/healthz",
        primary_container={
            "image": image,
            "container_port": port,
            "environments": [{"name": key, "value": value} for key, value in environment.items()],
        },
        network_configurations=networks,
        opts=pulumi.ResourceOptions(depends_on=[infrastructure]),
    )


mail = {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
image = pulumi.Output.concat(repository.repository_url, ":latest")
express("private", image, mail, private)
express("api-keys", image, {"RESEND_API_KEY": "not-a-key"}, private)
express("dead", image, mail, dead)
express("no-mail", image, {"LOG_LEVEL": "debug"}, private)
pulumi.export("url", express("web", "public.ecr.aws/example/web:3", {}, public).urn)
