"""Subnets with ACLs of their own, as a baseline for compliance asks for them."""

import json

import pulumi_aws as aws

ANY = "0.0.0.0/0"
vpc = aws.ec2.Vpc("base", cidr_block="10.180.0.0/16", enable_dns_hostnames=True)
aws.ec2.DefaultSecurityGroup("base", vpc_id=vpc.id)
aws.ec2.DefaultNetworkAcl("base", default_network_acl_id=vpc.default_network_acl_id)
igw = aws.ec2.InternetGateway("base", vpc_id=vpc.id)
outer = aws.ec2.RouteTable("outer", vpc_id=vpc.id, routes=[{"cidr_block": ANY, "gateway_id": igw.id}])
edge = aws.ec2.Subnet("edge", vpc_id=vpc.id, cidr_block="10.180.0.0/24", availability_zone="us-east-1a")
aws.ec2.RouteTableAssociation("edge", subnet_id=edge.id, route_table_id=outer.id)
nat = aws.ec2.NatGateway("base", subnet_id=edge.id, allocation_id=aws.ec2.Eip("base", domain="vpc").id)
inner = aws.ec2.RouteTable("inner", vpc_id=vpc.id, routes=[{"cidr_block": ANY, "nat_gateway_id": nat.id}])


def rule(number, low, high, block=ANY):
    return {
        "rule_no": number,
        "protocol": "tcp",
        "action": "allow",
        "cidr_block": block,
        "from_port": low,
        "to_port": high,
    }


aws.ec2.NetworkAcl(
    "edge",
    vpc_id=vpc.id,
    subnet_ids=[edge.id],
    ingress=[rule(100, 80, 80), rule(110, 443, 443), rule(120, 587, 587), rule(130, 1024, 65535)],
    egress=[rule(100, 80, 80), rule(110, 443, 443), rule(120, 587, 587), rule(130, 1024, 65535)],
)
group = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [ANY]}],
)
cluster = aws.ecs.Cluster("base")


def tier(name, third, ingress, egress, host="smtp.sendgrid.net", port="587"):
    subnet = aws.ec2.Subnet(
        name, vpc_id=vpc.id, cidr_block=f"10.180.{third}.0/24", availability_zone="us-east-1a"
    )
    aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=inner.id)
    aws.ec2.NetworkAcl(name, vpc_id=vpc.id, subnet_ids=[subnet.id], ingress=ingress, egress=egress)
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
                    "name": name,
                    "image": "public.ecr.aws/example/app:1",
                    "environment": [
                        {"name": "SMTP_HOST", "value": host},
                        {"name": "SMTP_PORT", "value": port},
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
        network_configuration={"subnets": [subnet.id], "security_groups": [group.id]},
    )


replies = rule(100, 1024, 65535)
tier("both-ways", 1, [replies], [rule(100, 443, 443), rule(110, 587, 587)])
tier("no-submission", 2, [replies], [rule(100, 443, 443)])
tier("no-replies", 3, [rule(100, 443, 443)], [rule(100, 0, 65535)])
tier("by-2525", 4, [replies], [rule(100, 1024, 65535)], port="2525")
tier("over-tls", 5, [replies], [rule(100, 1, 65535)], port="465")
