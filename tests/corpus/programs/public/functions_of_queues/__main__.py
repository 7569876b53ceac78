"""A function for each queue, which send mail by a relay from private subnets."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
queues = ["welcome", "receipts", "reminders", "digests", "bounces"]
vpc = aws.ec2.Vpc("mail", cidr_block="10.230.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("mail", vpc_id=vpc.id)
outer = aws.ec2.RouteTable("outer", vpc_id=vpc.id)
aws.ec2.Route("outer", route_table_id=outer.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
edge = aws.ec2.Subnet("edge", vpc_id=vpc.id, cidr_block="10.230.0.0/26", availability_zone="us-east-1a")
aws.ec2.RouteTableAssociation("edge", subnet_id=edge.id, route_table_id=outer.id)
nat = aws.ec2.NatGateway("mail", subnet_id=edge.id, allocation_id=aws.ec2.Eip("mail", domain="vpc").id)
inner = aws.ec2.RouteTable(
    "inner", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
subnets = []
for index, zone in enumerate(("us-east-1a", "us-east-1b")):
    subnet = aws.ec2.Subnet(
        f"inner-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.230.{index + 1}.0/24",
        availability_zone=zone,
    )
    aws.ec2.RouteTableAssociation(f"inner-{zone}", subnet_id=subnet.id, route_table_id=inner.id)
    subnets.append(subnet)
group = aws.ec2.SecurityGroup(
    "functions",
    vpc_id=vpc.id,
    egress=[
        aws.ec2.SecurityGroupEgressArgs(protocol="-1", from_port=0, to_port=0, cidr_blocks=["0.0.0.0/0"])
    ],
)
trust = aws.iam.get_policy_document_output(
    statements=[
        {
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
        }
    ]
)
role = aws.iam.Role("functions", assume_role_policy=trust.json)
aws.iam.RolePolicyAttachment(
    "functions",
    role=role.name,
    policy_arn=aws.iam.ManagedPolicy.AWS_LAMBDA_VPC_ACCESS_EXECUTION_ROLE,
)
repository = aws.ecr.Repository("functions")
secret = aws.secretsmanager.Secret("relay")
layer = aws.lambda_.LayerVersion(
    "templates", layer_name="templates", s3_bucket="templates.example.com", s3_key="layer.zip"
)
for queue in queues:
    source = aws.sqs.Queue(queue, name=f"mail-{queue}", visibility_timeout_seconds=120)
    function = aws.lambda_.Function(
        queue,
        name=queue,
        package_type="Image",
        image_uri=pulumi.Output.concat(repository.repository_url, ":", queue),
        role=role.arn,
        timeout=60,
        memory_size=256,
        vpc_config=aws.lambda_.FunctionVpcConfigArgs(
            subnet_ids=[subnet.id for subnet in subnets], security_group_ids=[group.id]
        ),
        environment=aws.lambda_.FunctionEnvironmentArgs(
            variables={
                "QUEUE_URL": source.url,
                "SECRET_ARN": secret.arn,
                "SMTP_HOST": "smtp.postmarkapp.com",
                "SMTP_PORT": "2525" if queue == "digests" else "587",
            }
        ),
    )
    aws.lambda_.EventSourceMapping(
        queue, event_source_arn=source.arn, function_name=function.arn, batch_size=10
    )
watch = aws.lambda_.Function(
    "watch",
    name="watch",
    runtime="nodejs20.x",
    handler="index.handler",
    s3_bucket="code.example.com",
    s3_key="watch.zip",
    layers=[layer.arn],
    role=role.arn,
    environment={"variables": {"SLACK_URL": "https://hooks.example.com/services/T0"}},
)
rule = aws.cloudwatch.EventRule("watch", schedule_expression="rate(5 minutes)")
aws.cloudwatch.EventTarget("watch", rule=rule.name, arn=watch.arn)
