"""Services that run in the incident's VPC, each as AWS shows it, and how each is adopted."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailroute.adoption import Wanted

ROOT = Path(__file__).parents[2]
REGION, NUMBER = "us-east-1", "123456789012"
VPC, TABLE, PUBLIC = "vpc-0e9cd2c204069ca54", "rtb-0b5e21f97c4d38a06", "subnet-0c31f6a7de52b8941"
PRIVATE = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
NAME, SERVICE = "daadaar-backend", "aws:apprunner/service:Service"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:"
KEY = f"arn:aws:kms:{REGION}:{NUMBER}:key/6f1c2d3e-0000-4000-8000-1234567890ab"
SCALING = f"arn:aws:apprunner:{REGION}:{NUMBER}:autoscalingconfiguration/steady/3/{'5' * 32}"
TRACING = f"arn:aws:apprunner:{REGION}:{NUMBER}:observabilityconfiguration/xray/1/{'6' * 32}"
CONNECTION = f"arn:aws:apprunner:{REGION}:{NUMBER}:connection/github/{'8' * 32}"
ARN = f"arn:aws:apprunner:{REGION}:{NUMBER}:service/{NAME}/0b296bcf4db24ce5a37e2c2cb202577e"
ACL = f"arn:aws:wafv2:{REGION}:{NUMBER}:regional/webacl/backend/{'7' * 8}"
USUAL_SCALING = (
    f"arn:aws:apprunner:{REGION}:{NUMBER}:autoscalingconfiguration/DefaultConfiguration/1/{'0' * 31}1"
)
Properties = dict[str, Any]

SES_VARIABLES = {"SMTP_HOST": f"email-smtp.{REGION}.amazonaws.com", "SMTP_PORT": "465"}
MAIL = {"SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS"}


OWN = {"tags.Name", "tags.pulumi:project", "tags.pulumi:stack"}
CONNECTOR = "networkConfiguration.egressConfiguration.vpcConnectorArn"
"""What the stack changes of each service."""


def _entry(type_: str, identity: str, **properties: Any) -> Properties:
    return {"type": type_, "id": identity, "properties": properties}


def nat_gateway() -> list[Properties]:
    """A NAT gateway with its address; the route to it is the private table's own."""
    address = {"allocationId": "eipalloc-0123456789abcdef0", "publicIp": "203.0.113.7"}
    gateway = {"subnetId": PUBLIC, "connectivityType": "public", "vpcId": VPC, "state": "available"}
    return [
        _entry("aws:ec2/eip:Eip", address["allocationId"], domain="vpc", publicIp=address["publicIp"]),
        _entry("aws:ec2/natGateway:NatGateway", "nat-0123456789abcdef0", **gateway, **address),
    ]


def endpoint(*, private_dns: bool = True) -> list[Properties]:
    """An SMTP endpoint with a security group of its own, which lets the connector in."""
    group = "sg-0e4d00d4b51ae79c3"
    rule = {
        "protocol": "tcp",
        "fromPort": 465,
        "toPort": 465,
        "securityGroups": ["sg-01e6a4f3bd829c57e"],
    }
    name = f"vpce-0123.email-smtp.{REGION}.vpce.amazonaws.com"
    return [
        _entry(
            "aws:ec2/securityGroup:SecurityGroup", group, vpcId=VPC, name="smtp", ingress=[rule], egress=[]
        ),
        _entry(
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "vpce-0123456789abcdef0",
            vpcId=VPC,
            serviceName=f"com.amazonaws.{REGION}.email-smtp",
            vpcEndpointType="Interface",
            privateDnsEnabled=private_dns,
            subnetIds=PRIVATE,
            securityGroupIds=[group],
            dnsEntries=[{"dnsName": name, "hostedZoneId": "Z7"}],
            state="available",
        ),
    ]


def identity(*, verified: bool = True) -> list[Properties]:
    arn = f"arn:aws:ses:{REGION}:{NUMBER}:identity/daadaar.com"
    return [
        _entry(
            "aws:sesv2/emailIdentity:EmailIdentity",
            "daadaar.com",
            arn=arn,
            emailIdentity="daadaar.com",
            verifiedForSendingStatus=verified,
        )
    ]


@dataclass(frozen=True)
class Running:
    """A service that runs, and how it is adopted.

    Attributes:
        changes: parts of the service's properties, merged into those of the incident's.
        there: what else the account holds.
        options: of `mailroute adopt`.
        expected: of the configuration, what this service is about.
        without: the id of what the account does not hold.
        changed: the properties that the first update changes, besides the connector and the tags.
    """

    expected: Mapping[str, Any]
    changes: Mapping[str, Any] = field(default_factory=dict)
    there: Sequence[Properties] = ()
    options: Sequence[str] = ("--route", "ses", "--domain", "daadaar.com")
    without: str = ""
    changed: frozenset[str] = frozenset({"SMTP_HOST", "SMTP_USER", "SMTP_PASS"})

    @property
    def wanted(self) -> Wanted:
        """What its options ask for."""
        options = dict(zip(self.options[::2], self.options[1::2], strict=True))
        return Wanted(options.get("--route"), options.get("--domain"))

    @property
    def document(self) -> dict[str, Any]:
        """The account as evidence."""
        document: dict[str, Any] = json.loads((ROOT / "accounts" / "prod.json").read_text(encoding="utf-8"))
        document["resources"].extend(copy.deepcopy(list(self.there)))
        document["resources"] = [each for each in document["resources"] if each["id"] != self.without]
        for each in document["resources"]:
            if each["type"] == SERVICE:
                each["properties"] = merged(merged(each["properties"], _SHOWN), self.changes)
            if each["id"] == TABLE and any(entry["id"].startswith("nat-") for entry in self.there):
                route = {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0123456789abcdef0", "state": "active"}
                each["properties"]["routes"] = [route]
        return document


def image(**configuration: Any) -> Properties:
    return {"sourceConfiguration": {"imageRepository": {"imageConfiguration": configuration}}}


def merged(old: Any, new: Any) -> Any:
    """`old` with the parts of `new` in it; `None` takes a part away."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return copy.deepcopy(new)
    both = {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return {key: value for key, value in both.items() if value is not None}


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    old = {} if old is None and isinstance(new, Mapping) else old
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(key for key in {*old, *new} if not key.startswith("__")):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}".lstrip("."))
    elif old != new:
        yield path


_SHOWN: Properties = {
    "autoScalingConfigurationArn": USUAL_SCALING,
    "healthCheckConfiguration": {
        "protocol": "TCP",
        "path": "/",
        "interval": 5,
        "timeout": 2,
        "healthyThreshold": 1,
        "unhealthyThreshold": 5,
    },
    "observabilityConfiguration": {"observabilityEnabled": False},
}
"""What AWS shows of every service beside what the account's file has."""

SERVICES: dict[str, Running] = {
    "the incident's": Running(
        {
            "route": "ses",
            "relayHost": "smtp-relay.brevo.com",
            "relaySecretArn": f"{SECRETS}daadaar/smtp-Kq3vTz",
            "vpcId": VPC,
            "privateSubnetIds": PRIVATE,
            "secrets": {"DATABASE_URL": f"{SECRETS}daadaar/database-Wm8cRx"},
            "destinations": [
                {"name": "daadaar-database", "port": 5432, "securityGroupId": "sg-08c3d5e60fa1b7294"},
                {"name": "daadaar-redis", "port": 6379, "securityGroupId": "sg-0f47a91c2bd6e8053"},
            ],
        }
    ),
    "private ingress": Running(
        {"ingress": "private", "ipAddressType": "DUAL_STACK"},
        {
            "networkConfiguration": {
                "ingressConfiguration": {"isPubliclyAccessible": False},
                "ipAddressType": "DUAL_STACK",
            }
        },
    ),
    "HTTP health check": Running(
        {
            "healthCheckPath": "/health",
            "healthCheck": {"interval": 10, "timeout": 5, "healthyThreshold": 2, "unhealthyThreshold": 7},
        },
        {
            "healthCheckConfiguration": {
                "protocol": "HTTP",
                "path": "/health",
                "interval": 10,
                "timeout": 5,
                "healthyThreshold": 2,
                "unhealthyThreshold": 7,
            }
        },
        options=(),
        changed=frozenset(),
    ),
    "start command": Running(
        {"startCommand": "node server.js --port 3000", "port": "3000"},
        image(startCommand="node server.js --port 3000", port="3000"),
    ),
    "observability": Running(
        {"observabilityConfigurationArn": TRACING, "autoScalingConfigurationArn": SCALING},
        {
            "observabilityConfiguration": {
                "observabilityEnabled": True,
                "observabilityConfigurationArn": TRACING,
            },
            "autoScalingConfigurationArn": SCALING,
        },
    ),
    "custom encryption": Running({"encryptionKmsKeyArn": KEY}, {"encryptionConfiguration": {"kmsKey": KEY}}),
    "several secrets": Running(
        {
            "secrets": {
                "DATABASE_URL": f"{SECRETS}daadaar/database-Wm8cRx",
                "JWT": f"{SECRETS}daadaar/app-Zx1aBc:jwt::",
                "PARAMETER": f"arn:aws:ssm:{REGION}:{NUMBER}:parameter/daadaar/flag",
            },
            "environment": {"LOG_LEVEL": "info", "PORTAL": "https://daadaar.com"},
            "tags": {"team": "sign-up"},
        },
        {
            **image(
                runtimeEnvironmentSecrets={
                    "JWT": f"{SECRETS}daadaar/app-Zx1aBc:jwt::",
                    "PARAMETER": f"arn:aws:ssm:{REGION}:{NUMBER}:parameter/daadaar/flag",
                },
                runtimeEnvironmentVariables={"LOG_LEVEL": "info", "PORTAL": "https://daadaar.com"},
            ),
            "tags": {"team": "sign-up"},
        },
    ),
    "NAT there": Running(
        {
            "route": "nat",
            "adopt": ["nat"],
            "destinations": [
                {"name": "daadaar-database", "port": 5432, "securityGroupId": "sg-08c3d5e60fa1b7294"},
                {"name": "daadaar-redis", "port": 6379, "securityGroupId": "sg-0f47a91c2bd6e8053"},
                {"name": "anywhere", "cidrBlock": "0.0.0.0/0"},
            ],
        },
        there=nat_gateway(),
        options=(),
        changed=frozenset(),
    ),
    "endpoint and identity there": Running(
        {
            "route": "ses",
            "smtpPort": 465,
            "adopt": ["endpoint", "identity"],
            "domain": "daadaar.com",
            "destinations": [
                {"name": "daadaar-database", "port": 5432, "securityGroupId": "sg-08c3d5e60fa1b7294"},
                {"name": "daadaar-redis", "port": 6379, "securityGroupId": "sg-0f47a91c2bd6e8053"},
            ],
        },
        image(runtimeEnvironmentVariables=SES_VARIABLES),
        there=[*endpoint(), *identity()],
        options=("--domain", "daadaar.com"),
        changed=frozenset({"SMTP_USER", "SMTP_PASS"}),
    ),
    "public image": Running(
        {"image": "public.ecr.aws/daadaar/backend:1", "autoDeploy": "false"},
        {
            "sourceConfiguration": {
                "authenticationConfiguration": None,
                "autoDeploymentsEnabled": False,
                "imageRepository": {
                    "imageIdentifier": "public.ecr.aws/daadaar/backend:1",
                    "imageRepositoryType": "ECR_PUBLIC",
                },
            }
        },
    ),
    "source code": Running(
        {
            "sourceCode": {
                "repositoryUrl": "https://github.com/daadaar/backend",
                "branch": "main",
                "connectionArn": CONNECTION,
                "runtime": "NODEJS_22",
                "sourceDirectory": "api",
                "buildCommand": "npm ci",
            },
            "startCommand": "node server.js",
            "port": "3000",
        },
        {
            "sourceConfiguration": {
                "imageRepository": None,
                "authenticationConfiguration": {"accessRoleArn": None, "connectionArn": CONNECTION},
                "codeRepository": {
                    "repositoryUrl": "https://github.com/daadaar/backend",
                    "sourceCodeVersion": {"type": "BRANCH", "value": "main"},
                    "sourceDirectory": "api",
                    "codeConfiguration": {
                        "configurationSource": "API",
                        "codeConfigurationValues": {
                            "runtime": "NODEJS_22",
                            "buildCommand": "npm ci",
                            "startCommand": "node server.js",
                            "port": "3000",
                            "runtimeEnvironmentVariables": {
                                "SMTP_HOST": "smtp-relay.brevo.com",
                                "SMTP_PORT": "587",
                            },
                            "runtimeEnvironmentSecrets": {
                                "DATABASE_URL": f"{SECRETS}daadaar/database-Wm8cRx"
                            },
                        },
                    },
                },
            }
        },
    ),
    "custom domain and web ACL": Running(
        {
            "customDomains": [
                {"domain": "*.daadaar.com", "dns": "external"},
                {"domain": "api.daadaar.com", "www": False, "dns": "external"},
            ],
            "webAclArn": ACL,
        },
        there=[
            *(
                _entry(
                    "aws:apprunner/customDomainAssociation:CustomDomainAssociation",
                    f"{name},{ARN}",
                    domainName=name,
                    serviceArn=ARN,
                    enableWwwSubdomain=False,
                    status="active",
                    dnsTarget="t5kmwqz8ra.us-east-1.awsapprunner.com",
                    certificateValidationRecords=[],
                )
                for name in ("*.daadaar.com", "api.daadaar.com")
            ),
            _entry(
                "aws:wafv2/webAclAssociation:WebAclAssociation",
                f"{ACL},{ARN}",
                webAclArn=ACL,
                resourceArn=ARN,
            ),
        ],
    ),
}
