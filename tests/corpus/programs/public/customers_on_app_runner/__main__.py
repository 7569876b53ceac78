"""A service on App Runner for each customer, with domains and one connector."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
customers = config.require_object("customers")
zone = aws.route53.Zone("customers", name="customers.example.com")
vpc = aws.ec2.Vpc("customers", cidr_block="10.54.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("customers", vpc_id=vpc.id)
outer = aws.ec2.RouteTable("outer", vpc_id=vpc.id)
aws.ec2.Route("outer", route_table_id=outer.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
edge = aws.ec2.Subnet("edge", vpc_id=vpc.id, cidr_block="10.54.0.0/24", availability_zone="us-east-1a")
aws.ec2.RouteTableAssociation("edge", subnet_id=edge.id, route_table_id=outer.id)
address = aws.ec2.Eip("nat", domain="vpc")
nat = aws.ec2.NatGateway("nat", subnet_id=edge.id, allocation_id=address.allocation_id)
aws.ec2.DefaultRouteTable(
    "inner",
    default_route_table_id=vpc.default_route_table_id,
    routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}],
)
subnets = [
    aws.ec2.Subnet(
        f"inner-{index}",
        vpc_id=vpc.id,
        cidr_block=f"10.54.{index + 1}.0/24",
        availability_zone=f"us-east-1{'ab'[index]}",
    )
    for index in range(2)
]
group = aws.ec2.SecurityGroup(
    "connector",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
connector = aws.apprunner.VpcConnector(
    "customers",
    vpc_connector_name="customers",
    subnets=[subnet.id for subnet in subnets],
    security_groups=[group.id],
)
repository = aws.ecr.Repository("customers")
access = aws.iam.Role(
    "access",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "sts:AssumeRole",
                    "Effect": "Allow",
                    "Principal": {
                        "Service": ["build.apprunner.amazonaws.com", "tasks.apprunner.amazonaws.com"]
                    },
                }
            ],
        }
    ),
)
password = aws.secretsmanager.Secret("smtp")
for customer in customers:
    database = aws.rds.Instance(
        customer,
        engine="postgres",
        instance_class="db.t4g.micro",
        allocated_storage=20,
        username="app",
        manage_master_user_password=True,
        publicly_accessible=False,
    )
    service = aws.apprunner.Service(
        customer,
        service_name=customer,
        instance_configuration={"instance_role_arn": access.arn},
        source_configuration={
            "authentication_configuration": {"access_role_arn": access.arn},
            "image_repository": {
                "image_repository_type": "ECR",
                "image_identifier": pulumi.Output.concat(repository.repository_url, ":stable"),
                "image_configuration": {
                    "port": "8000",
                    "runtime_environment_variables": {
                        "CUSTOMER": customer,
                        "DATABASE_HOST": database.address,
                        "PUBLIC_URL": f"https://{customer}.customers.example.com",
                        "EMAIL_HOST": "email-smtp.us-east-1.amazonaws.com",
                        "EMAIL_PORT": "587",
                    },
                    "runtime_environment_secrets": {"EMAIL_HOST_PASSWORD": password.arn},
                },
            },
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )
    domain = aws.apprunner.CustomDomainAssociation(
        customer, service_arn=service.arn, domain_name=f"{customer}.customers.example.com"
    )
    aws.route53.Record(
        customer,
        zone_id=zone.zone_id,
        name=customer,
        type="CNAME",
        ttl=300,
        records=[domain.dns_target],
    )
