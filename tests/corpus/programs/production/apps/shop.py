"""A Django shop in public subnets, with public addresses and a load balancer in front."""

import json

import pulumi_aws as aws
from fargate import fargate
from network import Network

network = Network("shop", nat="none")
front = aws.ec2.SecurityGroup(
    "shop-alb",
    vpc_id=network.vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
)
balancer = aws.lb.LoadBalancer(
    "shop-alb", subnets=[subnet.id for subnet in network.public], security_groups=[front.id]
)
target = aws.lb.TargetGroup("shop-alb", port=8000, protocol="HTTP", target_type="ip", vpc_id=network.vpc.id)
aws.lb.Listener(
    "shop-alb",
    load_balancer_arn=balancer.arn,
    port=443,
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
)
fargate(
    "shop",
    network,
    json.dumps(
        [
            {
                "name": "web",
                "image": "registry.example.com/shop:1.4",
                "portMappings": [{"containerPort": 8000}],
                "environment": [
                    {"name": "DJANGO_SETTINGS_MODULE", "value": "shop.settings"},
                    {"name": "EMAIL_HOST", "value": "smtp.mailgun.org"},
                    {"name": "EMAIL_PORT", "value": "587"},
                ],
            }
        ]
    ),
    subnets=network.public,
    public=True,
    load_balancers=[{"target_group_arn": target.arn, "container_name": "web", "container_port": 8000}],
)
