"""A function behind an API for each domain of a product, with a database in the same VPC."""

import pulumi
import pulumi_aws as aws

DOMAINS = {
    "accounts": {"SMTP_HOST": "smtp.sendgrid.net", "SMTP_PORT": "587"},
    "billing": {"SMTP_HOST": "smtp.sendgrid.net", "SMTP_PORT": "2525"},
    "contact": {"SENDGRID_API_KEY": "not-a-key"},
    "events": {"MAIL_SERVER": "smtp.office365.com", "MAIL_PORT": "587"},
    "feedback": {"EMAIL_SERVER": "smtps://user:pass@smtp.resend.com:465"},
    "groups": {"RESEND_API_KEY": "not-a-key"},
    "invites": {"SMTP_SERVER": "smtp.zoho.eu", "SMTP_SERVER_PORT": "465"},
    "news": {"MAILGUN_API_KEY": "not-a-key"},
    "orders": {"POSTMARK_SERVER_TOKEN": "not-a-token"},
    "payments": {"SES_REGION": "us-east-1"},
    "search": {"OPENSEARCH_HOST": "search.internal"},
}

config = pulumi.Config()
azs = aws.get_availability_zones(state="available")
vpc = aws.ec2.Vpc("product", cidr_block="10.55.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("product", vpc_id=vpc.id)
public_table = aws.ec2.RouteTable("public", vpc_id=vpc.id)
private_table = aws.ec2.RouteTable("private", vpc_id=vpc.id)
public = aws.ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.55.0.0/24", availability_zone=azs.names[0])
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=public_table.id)
aws.ec2.Route("igw", route_table_id=public_table.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
nat = aws.ec2.NatGateway(
    "product", subnet_id=public.id, allocation_id=aws.ec2.Eip("product", domain="vpc").id
)
aws.ec2.Route(
    "nat", route_table_id=private_table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id
)
private = []
for index in range(2):
    subnet = aws.ec2.Subnet(
        f"private-{index}",
        vpc_id=vpc.id,
        cidr_block=f"10.55.{index + 1}.0/24",
        availability_zone=azs.names[index],
    )
    aws.ec2.RouteTableAssociation(f"private-{index}", subnet_id=subnet.id, route_table_id=private_table.id)
    private.append(subnet.id)
functions = aws.ec2.SecurityGroup("functions", vpc_id=vpc.id)
data = aws.ec2.SecurityGroup("data", vpc_id=vpc.id)
aws.ec2.SecurityGroupRule(
    "functions-out",
    type="egress",
    security_group_id=functions.id,
    protocol="-1",
    from_port=0,
    to_port=0,
    cidr_blocks=["0.0.0.0/0"],
)
aws.ec2.SecurityGroupRule(
    "data-in",
    type="ingress",
    security_group_id=data.id,
    protocol="tcp",
    from_port=3306,
    to_port=3306,
    source_security_group_id=functions.id,
)
database = aws.rds.Instance(
    "product",
    engine="mysql",
    instance_class="db.t4g.micro",
    allocated_storage=20,
    username="product",
    manage_master_user_password=True,
    db_subnet_group_name=aws.rds.SubnetGroup("product", subnet_ids=private).name,
    vpc_security_group_ids=[data.id],
)
role = aws.iam.Role(
    "functions",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    ),
)
api = aws.apigatewayv2.Api("product", protocol_type="HTTP")
for domain, mail in DOMAINS.items():
    function = aws.lambda_.Function(
        domain,
        name=domain,
        role=role.arn,
        runtime="python3.12",
        handler="app.handler",
        code=pulumi.AssetArchive({"app.py": pulumi.StringAsset("def handler(event, context): ...")}),
        vpc_config={"subnet_ids": private, "security_group_ids": [functions.id]},
        environment={
            "variables": {
                "STAGE": pulumi.get_stack(),
                "DB_HOST": database.address,
                "DB_SECRET": database.master_user_secrets[0].secret_arn,
                **mail,
            }
        },
    )
    integration = aws.apigatewayv2.Integration(
        domain, api_id=api.id, integration_type="AWS_PROXY", integration_uri=function.invoke_arn
    )
    aws.apigatewayv2.Route(
        domain,
        api_id=api.id,
        route_key=f"ANY /{domain}/{{proxy+}}",
        target=pulumi.Output.concat("integrations/", integration.id),
    )
