"""A dozen Spring services behind a regional NAT gateway, each from its own repository."""

import pulumi
import pulumi_aws as aws

SERVICES = {
    "gateway": {},
    "config-server": {},
    "discovery": {},
    "customers": {"SPRING_MAIL_HOST": "email-smtp.us-east-1.amazonaws.com", "SPRING_MAIL_PORT": "587"},
    "visits": {"SPRING_MAIL_HOST": "email-smtp.us-east-1.amazonaws.com", "SPRING_MAIL_PORT": "587"},
    "vets": {},
    "billing": {"SPRING_MAIL_HOST": "smtp.mailjet.com", "SPRING_MAIL_PORT": "465"},
    "reminders": {"SPRING_MAIL_HOST": "in-v3.mailjet.com", "SPRING_MAIL_PORT": "587"},
    "reports": {"MAILJET_API_KEY": "not-a-key"},
    "audit": {"SMTP_SERVER": "in-v3.mailjet.com", "SMTP_SERVER_PORT": "2525"},
    "admin": {"SPRING_MAIL_HOST": "in-v3.mailjet.com", "SPRING_MAIL_PORT": "587"},
    "import": {"SPRING_MAIL_HOST": "in-v3.mailjet.com"},
}

vpc = aws.ec2.Vpc("spring", cidr_block="10.150.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("spring", vpc_id=vpc.id)
nat = aws.ec2.NatGateway(
    "spring",
    vpc_id=vpc.id,
    connectivity_type="public",
    availability_mode="regional",
    opts=pulumi.ResourceOptions(depends_on=[igw]),
)
table = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.Route("nat", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)
subnets = []
for number, zone in enumerate(aws.get_availability_zones(state="available").names[:3]):
    subnet = aws.ec2.Subnet(
        f"private-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.150.{16 * number}.0/20",
        availability_zone=zone,
        tags={"Name": f"private-{zone}", "Tier": "private"},
    )
    aws.ec2.RouteTableAssociation(f"private-{zone}", subnet_id=subnet.id, route_table_id=table.id)
    subnets.append(subnet)

group = aws.ec2.SecurityGroup("spring", vpc_id=vpc.id, description="Between the services, and out")
aws.vpc.SecurityGroupIngressRule(
    "between", security_group_id=group.id, referenced_security_group_id=group.id, ip_protocol="-1"
)
aws.vpc.SecurityGroupEgressRule("out", security_group_id=group.id, cidr_ipv4="0.0.0.0/0", ip_protocol="-1")
namespace = aws.servicediscovery.HttpNamespace("spring", name="spring")
cluster = aws.ecs.Cluster("spring", service_connect_defaults={"namespace": namespace.arn})
logs = aws.cloudwatch.LogGroup("spring", name="/ecs/spring")

for name, mail in SERVICES.items():
    repository = aws.ecr.Repository(name, name=f"spring/{name}")
    variables = {"SPRING_PROFILES_ACTIVE": "docker", "JAVA_TOOL_OPTIONS": "-Xmx512m", **mail}
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="512",
        memory="1024",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=pulumi.Output.json_dumps(
            [
                {
                    "name": name,
                    "image": pulumi.Output.format("{0}:{1}", repository.repository_url, "3.2.0"),
                    "portMappings": [{"name": "http", "containerPort": 8080}],
                    "environment": [{"name": key, "value": value} for key, value in variables.items()],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": logs.name,
                            "awslogs-region": "us-east-1",
                            "awslogs-stream-prefix": name,
                        },
                    },
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
        desired_count=1,
        network_configuration={"subnets": [each.id for each in subnets], "security_groups": [group.id]},
        service_connect_configuration={
            "enabled": True,
            "services": [
                {"port_name": "http", "client_alias": [{"port": 8080, "dns_name": name}]},
            ],
        },
        deployment_circuit_breaker={"enable": True, "rollback": True},
    )
