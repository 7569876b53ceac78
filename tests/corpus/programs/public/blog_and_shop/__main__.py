"""WordPress with a shop on Fargate, with files on EFS and a database."""

import json

import pulumi
import pulumi_aws as aws

CIDRS = ["10.56.0.0/24", "10.56.1.0/24"]
vpc = aws.ec2.Vpc("wordpress", cidr_block="10.56.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("wordpress", vpc_id=vpc.id)
routes = aws.ec2.RouteTable("wordpress", vpc_id=vpc.id)
aws.ec2.Route("internet", route_table_id=routes.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
subnets = [
    aws.ec2.Subnet(
        f"wordpress-{i}",
        vpc_id=vpc.id,
        cidr_block=cidr,
        availability_zone=f"us-east-1{'ab'[i]}",
        map_public_ip_on_launch=True,
    )
    for i, cidr in enumerate(CIDRS)
]
for i, subnet in enumerate(subnets):
    aws.ec2.RouteTableAssociation(f"wordpress-{i}", subnet_id=subnet.id, route_table_id=routes.id)
web = aws.ec2.SecurityGroup(
    "web",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
inner = aws.ec2.SecurityGroup(
    "inner",
    vpc_id=vpc.id,
    ingress=[
        {"protocol": "tcp", "from_port": port, "to_port": port, "security_groups": [web.id]}
        for port in (2049, 3306)
    ],
)
files = aws.efs.FileSystem("wordpress", encrypted=True)
targets = [
    aws.efs.MountTarget(
        f"wordpress-{i}", file_system_id=files.id, subnet_id=subnet.id, security_groups=[inner.id]
    )
    for i, subnet in enumerate(subnets)
]
database = aws.rds.Instance(
    "wordpress",
    engine="mariadb",
    instance_class="db.t4g.small",
    allocated_storage=20,
    username="wordpress",
    manage_master_user_password=True,
    db_subnet_group_name=aws.rds.SubnetGroup("wordpress", subnet_ids=[subnet.id for subnet in subnets]).name,
    vpc_security_group_ids=[inner.id],
)
cluster = aws.ecs.Cluster("wordpress")


def site(name, image, environment, public=True):
    secret = database.master_user_secrets.apply(lambda made: made[0]["secret_arn"] if made else "")
    definitions = pulumi.Output.all(database.address, secret).apply(
        lambda known: json.dumps(
            [
                {
                    "name": name,
                    "image": image,
                    "mountPoints": [{"sourceVolume": "content", "containerPath": "/var/www/html"}],
                    "environment": [
                        {"name": "WORDPRESS_DB_HOST", "value": known[0]},
                        *({"name": key, "value": value} for key, value in environment.items()),
                    ],
                    "secrets": [{"name": "WORDPRESS_DB_PASSWORD", "valueFrom": f"{known[1]}:password::"}],
                }
            ]
        )
    )
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="512",
        memory="1024",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        volumes=[{"name": "content", "efs_volume_configuration": {"file_system_id": files.id}}],
        container_definitions=definitions,
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [web.id],
            "assign_public_ip": public,
        },
        opts=pulumi.ResourceOptions(depends_on=targets),
    )


site("blog", "wordpress:6-apache", {"SMTP_HOST": "smtp.gmail.com", "SMTP_PORT": "465"})
site("shop", "wordpress:6-apache", {"SMTP_HOST": "in-v3.mailjet.com", "SMTP_PORT": "587"})
site("forum", "discourse/base:latest", {"DISCOURSE_SMTP_ADDRESS": "in-v3.mailjet.com"})
site("wiki", "mediawiki:1.42", {"SMTP_SERVER": "smtp.gmail.com", "SMTP_PORT": "587"})
site("docs", "bookstackapp/bookstack:24", {"MAIL_HOST": "smtp.gmail.com", "MAIL_PORT": "587"})
site("press", "wordpress:6-apache", {"WORDPRESS_TABLE_PREFIX": "press_"})
