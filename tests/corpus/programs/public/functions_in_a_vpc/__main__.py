"""Functions that send mail by SMTP and by the API of SES, in a VPC and outside of it."""

import json

import pulumi
import pulumi_aws as aws

region = aws.get_region().region
vpc = aws.ec2.Vpc("functions", cidr_block="10.120.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("functions", vpc_id=vpc.id)


def zone(name, third, routes):
    table = aws.ec2.RouteTable(name, vpc_id=vpc.id, routes=routes)
    subnet = aws.ec2.Subnet(
        name, vpc_id=vpc.id, cidr_block=f"10.120.{third}.0/24", availability_zone="us-east-1a"
    )
    aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id)
    return subnet


public = zone("public", 0, [{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}])
nat = aws.ec2.NatGateway(
    "functions", allocation_id=aws.ec2.Eip("functions", domain="vpc").id, subnet_id=public.id
)
private = zone("private", 1, [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}])
closed = zone("closed", 2, [])
group = aws.ec2.SecurityGroup(
    "functions",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "self": True}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
other = aws.ec2.Vpc("api", cidr_block="10.121.0.0/16", enable_dns_hostnames=True)
inner = aws.ec2.Subnet("api", vpc_id=other.id, cidr_block="10.121.0.0/24", availability_zone="us-east-1b")
api_group = aws.ec2.SecurityGroup(
    "api",
    vpc_id=other.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "self": True}],
    egress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "self": True}],
)
aws.ec2.VpcEndpoint(
    "ses-api",
    vpc_id=other.id,
    service_name=f"com.amazonaws.{region}.email",
    vpc_endpoint_type="Interface",
    subnet_ids=[inner.id],
    security_group_ids=[api_group.id],
    private_dns_enabled=True,
)
role = aws.iam.Role(
    "function",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "sts:AssumeRole",
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    ),
)
aws.iam.RolePolicy(
    "send",
    role=role.id,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}],
        }
    ),
)
bucket = aws.s3.Bucket("code")


def function(name, variables, subnet=None, groups=None):
    network = {"subnet_ids": [subnet.id], "security_group_ids": groups or [group.id]} if subnet else None
    aws.lambda_.Function(
        name,
        name=name,
        role=role.arn,
        runtime="python3.12",
        handler="mail.handler",
        s3_bucket=bucket.bucket,
        s3_key="mail.zip",
        timeout=30,
        environment={"variables": {"BUCKET": bucket.bucket, **variables}},
        vpc_config=network,
    )


smtp = {"SMTP_HOST": "smtp.office365.com", "SMTP_PORT": "587"}
api = {"AWS_SES_REGION": region, "SENDER": "no-reply@example.com"}
function("smtp-without-vpc", smtp)
function("smtp-behind-nat", smtp, private)
function("smtp-in-public", smtp, public)
function("smtp-in-closed", smtp, closed)
function("api-without-vpc", api)
function("api-behind-nat", api, private)
function("api-in-closed", api, closed)
function("api-by-endpoint", api, inner, [api_group.id])
function("smtp-beside-the-api", {"SMTP_HOST": f"email-smtp.{region}.amazonaws.com"}, inner, [api_group.id])
function("sdk-alone", {"SENDER": "no-reply@example.com"}, closed)
pulumi.export("bucket", bucket.bucket)
