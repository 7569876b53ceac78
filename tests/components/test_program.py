"""The program of this repository: what its two stacks register, export and refuse."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from components.helpers.checks import ArgumentError
from mailroute.wire import Secret
from reachability.values import UNKNOWN

_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/daadaar-backend:latest"
_ROLE = "arn:aws:iam::123456789012:role/daadaar-backend-instance"
_CODE = {
    "repositoryUrl": "https://github.com/daadaar/backend",
    "branch": "main",
    "connectionArn": "arn:aws:apprunner:us-east-1:123456789012:connection/github/0123456789abcdef",
    "runtime": "PYTHON_311",
}

PROD_CUSTOM = {
    "aws:apprunner/service:Service::service",
    "aws:apprunner/vpcConnector:VpcConnector::service",
    "aws:ec2/securityGroup:SecurityGroup::endpoint",
    "aws:ec2/securityGroup:SecurityGroup::service",
    "aws:ec2/vpcEndpoint:VpcEndpoint::endpoint",
    "aws:iam/accessKey:AccessKey::sender",
    "aws:iam/role:Role::service-access",
    "aws:iam/role:Role::service-instance",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment::service-access",
    "aws:iam/user:User::sender",
    "aws:iam/userPolicy:UserPolicy::sender-daadaar.com",
    "aws:route53/record:Record::identity-dkim-0",
    "aws:route53/record:Record::identity-dkim-1",
    "aws:route53/record:Record::identity-dkim-2",
    "aws:route53/record:Record::identity-dmarc-50a1a9dd",
    "aws:route53/record:Record::identity-mail-from-mx-e9609b2f",
    "aws:route53/record:Record::identity-mail-from-spf-e9609b2f",
    "aws:ses/domainIdentityVerification:DomainIdentityVerification::identity",
    "aws:secretsmanager/secret:Secret::sender",
    "aws:secretsmanager/secretVersion:SecretVersion::sender",
    "aws:sesv2/emailIdentity:EmailIdentity::identity",
    "aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes::identity",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::service-sg-08c3d5e60fa1b7294-5432",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::service-sg-0f47a91c2bd6e8053-6379",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::service-ses-587",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::service-sg-08c3d5e60fa1b7294-5432",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::service-sg-0f47a91c2bd6e8053-6379",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::service-ses-587",
}

every_run = pytest.mark.parametrize(
    ("stack", "route"), [(stack, route) for stack in ("prod", "dev") for route in ("ses", "nat", "both")]
)


def test_prod_creates_nothing_of_the_incident_s_network(program: Callable[..., Any]) -> None:
    for preview in (True, False):
        custom = set(program("prod", preview=preview).custom)
        (rights,) = custom - PROD_CUSTOM
        assert rights.startswith("aws:iam/rolePolicy:RolePolicy::service-secrets-")
        assert not PROD_CUSTOM - custom


def test_dev_is_made_from_nothing(program: Callable[..., Any]) -> None:
    graph = program("dev")
    kinds = {one.type for one in graph.custom.values()}
    assert {"aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/natGateway:NatGateway"} <= kinds
    assert not any(kind.startswith(("aws:ses", "aws:route53")) for kind in kinds)
    assert len(graph.of_type("aws:ec2/subnet:Subnet")) == 6


def test_a_new_network_s_nat_waits_for_its_internet_gateway(program: Callable[..., Any]) -> None:
    gateway = program("dev").one("aws:ec2/natGateway:NatGateway")
    assert {
        "aws:ec2/internetGateway:InternetGateway::network",
        "aws:ec2/route:Route::network-public",
    } <= gateway.dependencies


@pytest.mark.parametrize("preview", [True, False])
def test_the_service_has_ses_credentials_from_the_secret(program: Callable[..., Any], preview: bool) -> None:
    service = program("prod", preview=preview).one("aws:apprunner/service:Service").inputs
    image = service["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    assert image["runtimeEnvironmentVariables"] == {
        "SMTP_HOST": "email-smtp.us-east-1.amazonaws.com",
        "SMTP_PORT": "587",
    }
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sender"
    assert image["runtimeEnvironmentSecrets"] == {
        "DATABASE_URL": "arn:aws:secretsmanager:us-east-1:123456789012:secret:daadaar/database-Wm8cRx",
        "SMTP_USER": UNKNOWN if preview else f"{secret}:username::version-1",
        "SMTP_PASS": UNKNOWN if preview else f"{secret}:password::version-1",
    }


def test_route_nat_has_relay_credentials_from_their_secret(program: Callable[..., Any]) -> None:
    service = program("prod", route="nat").one("aws:apprunner/service:Service").inputs
    image = service["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    assert image["runtimeEnvironmentVariables"] == {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:daadaar/smtp-Kq3vTz"
    assert image["runtimeEnvironmentSecrets"]["SMTP_USER"] == f"{secret}:username::"
    assert image["runtimeEnvironmentSecrets"]["SMTP_PASS"] == f"{secret}:password::"


def rules(graph: Any, direction: str) -> set[tuple[str, str, Any]]:
    """Whose group, to or from whom, on which port."""
    return {
        (
            rule.inputs["securityGroupId"],
            rule.inputs.get("referencedSecurityGroupId") or rule.inputs["cidrIpv4"],
            rule.inputs.get("fromPort"),
        )
        for rule in graph.of_type(f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule")
    }


def test_only_the_connector_may_use_the_endpoint_s_port(program: Callable[..., Any]) -> None:
    graph = program("prod", smtpPort="2465")
    assert graph.stack_outputs["smtpPort"] == 2465
    assert environment(graph)["SMTP_PORT"] == "2465"
    databases = {("service-id", "sg-08c3d5e60fa1b7294", 5432), ("service-id", "sg-0f47a91c2bd6e8053", 6379)}
    assert rules(graph, "Egress") == databases | {("service-id", "endpoint-id", 2465)}
    assert rules(graph, "Ingress") == {
        ("endpoint-id", "service-id", 2465),
        *((theirs, ours, port) for ours, theirs, port in databases),
    }


def test_with_nat_the_connector_may_reach_relay_and_vpc_alone(
    program: Callable[..., Any],
) -> None:
    graph = program("dev", relayPort="2525", relayHost="smtp.example.com")
    assert environment(graph) == {"SMTP_HOST": "smtp.example.com", "SMTP_PORT": "2525"}
    assert rules(graph, "Egress") == {("service-id", "0.0.0.0/0", 2525), ("service-id", "10.0.0.0/16", None)}
    assert rules(graph, "Ingress") == set()


def environment(graph: Any) -> dict[str, str]:
    image = graph.one("aws:apprunner/service:Service").inputs["sourceConfiguration"]["imageRepository"]
    variables: dict[str, str] = image["imageConfiguration"]["runtimeEnvironmentVariables"]
    return variables


def test_the_config_of_the_service_reaches_it(program: Callable[..., Any]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/mail"
    uploads = "arn:aws:iam::123456789012:policy/uploads"
    graph = program(
        "prod",
        environment={"LOG_LEVEL": "info"},
        healthCheckPath="/health",
        policyArns=[uploads],
        kmsKeyArn=key,
        cpu="2048",
        memory="4096",
        port="3000",
        autoDeploy="false",
    )
    service = graph.one("aws:apprunner/service:Service").inputs
    assert environment(graph)["LOG_LEVEL"] == "info"
    assert service["healthCheckConfiguration"] == {"protocol": "HTTP", "path": "/health"}
    assert service["instanceConfiguration"]["cpu"] == "2048"
    assert service["instanceConfiguration"]["memory"] == "4096"
    source = service["sourceConfiguration"]
    assert source["autoDeploymentsEnabled"] is False
    assert source["imageRepository"]["imageConfiguration"]["port"] == "3000"
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert uploads in [each.inputs["policyArn"] for each in attached]
    assert graph.one("aws:secretsmanager/secret:Secret").inputs["kmsKeyId"] == key
    assert (
        f'"kms:Decrypt", "Resource": ["{key}"]' in graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    )


def test_the_settings_of_a_running_service_reach_it(program: Callable[..., Any]) -> None:
    arn = "arn:aws:apprunner:us-east-1:123456789012"
    key = "arn:aws:kms:us-east-1:123456789012:key/0f1e2d3c"
    role = "arn:aws:iam::123456789012:role/service-role/backend"
    graph = program(
        "prod",
        healthCheckPath="/up",
        healthCheck={"interval": 10, "unhealthyThreshold": 3},
        startCommand="gunicorn app",
        instanceRoleArn=role,
        accessRoleArn="arn:aws:iam::123456789012:role/pull",
        autoScalingConfigurationArn=f"{arn}:autoscalingconfiguration/high/1/00000001",
        observabilityConfigurationArn=f"{arn}:observabilityconfiguration/xray/1/00000001",
        ingress="private",
        ipAddressType="DUAL_STACK",
        encryptionKmsKeyArn=key,
        tags={"team": "accounts"},
    )
    service = graph.one("aws:apprunner/service:Service").inputs
    assert service["healthCheckConfiguration"] == {
        "protocol": "HTTP",
        "path": "/up",
        "interval": 10,
        "unhealthyThreshold": 3,
    }
    source = service["sourceConfiguration"]
    assert source["imageRepository"]["imageConfiguration"]["startCommand"] == "gunicorn app"
    assert source["authenticationConfiguration"] == {"accessRoleArn": "arn:aws:iam::123456789012:role/pull"}
    assert service["instanceConfiguration"]["instanceRoleArn"] == role
    assert service["autoScalingConfigurationArn"] == f"{arn}:autoscalingconfiguration/high/1/00000001"
    assert service["observabilityConfiguration"] == {
        "observabilityEnabled": True,
        "observabilityConfigurationArn": f"{arn}:observabilityconfiguration/xray/1/00000001",
    }
    assert service["networkConfiguration"]["ingressConfiguration"] == {"isPubliclyAccessible": False}
    assert service["networkConfiguration"]["ipAddressType"] == "DUAL_STACK"
    assert service["encryptionConfiguration"] == {"kmsKey": key}
    assert service["tags"] == {
        "team": "accounts",
        "Name": "test-service",
        "pulumi:project": "mailroute",
        "pulumi:stack": "test",
    }
    assert graph.of_type("aws:iam/role:Role") == []
    assert graph.one("aws:iam/rolePolicy:RolePolicy").inputs["role"] == "backend"


def test_what_the_config_leaves_out_is_app_runners(program: Callable[..., Any]) -> None:
    service = program("prod").one("aws:apprunner/service:Service").inputs
    left = {"autoScalingConfigurationArn", "encryptionConfiguration", "healthCheckConfiguration"}
    assert not {*left, "observabilityConfiguration"} & service.keys()
    assert set(service["networkConfiguration"]) == {"egressConfiguration"}
    sample = program("dev", port="").one("aws:apprunner/service:Service").inputs
    assert sample["sourceConfiguration"] == {
        "autoDeploymentsEnabled": False,
        "imageRepository": {
            "imageIdentifier": "public.ecr.aws/aws-containers/hello-app-runner:latest",
            "imageRepositoryType": "ECR_PUBLIC",
            "imageConfiguration": {
                "port": "8080",
                "runtimeEnvironmentVariables": {
                    "SMTP_HOST": "smtp-relay.brevo.com",
                    "SMTP_PORT": "587",
                },
                "runtimeEnvironmentSecrets": {},
            },
        },
    }
    assert set(sample["instanceConfiguration"]) == {"instanceRoleArn"}


@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_the_account_is_asked_for_each_thing_once(
    program: Callable[..., Any], account: Any, stack: str
) -> None:
    domain = {"domain": "daadaar.com"}
    program(stack, account=account, route="both", **domain, customDomains=[domain], instanceRoleArn=_ROLE)
    assert len(account.asked) > 8
    assert sorted(account.asked) == sorted(set(account.asked))


def test_the_config_of_the_domain_reaches_it(program: Callable[..., Any]) -> None:
    graph = program(
        "prod",
        domain="news.daadaar.com",
        zoneName="daadaar.com",
        mailFromSubdomain="returns",
        dmarcPolicy="quarantine",
        dmarcReportsTo="dmarc@daadaar.com",
        publishEvents="true",
    )
    values = {
        one.inputs["name"]: one.inputs["records"][0] for one in graph.of_type("aws:route53/record:Record")
    }
    assert values["_dmarc.news.daadaar.com"] == "v=DMARC1; p=quarantine; rua=mailto:dmarc@daadaar.com"
    assert "returns.news.daadaar.com" in values
    assert (
        '"ses:FromAddress": "*@news.daadaar.com"'
        in graph.one("aws:iam/userPolicy:UserPolicy").inputs["policy"]
    )
    assert graph.stack_outputs["mailEventTopicArn"] == "arn:aws:sns:us-east-1:123456789012:topic:identity"
    zone = "Z0573219KQ7M4TXB1R8E"
    by_id = program("prod", domain="news.daadaar.com", zoneId=zone)
    assert {one.inputs["zoneId"] for one in by_id.of_type("aws:route53/record:Record")} == {zone}


def test_the_config_of_the_network_reaches_it(program: Callable[..., Any]) -> None:
    graph = program("dev", cidrBlock="10.9.0.0/20", zoneCount="3", natMode="regional")
    assert graph.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.9.0.0/20"
    assert len(graph.stack_outputs["natPublicIps"]) == 3
    assert graph.one("aws:ec2/natGateway:NatGateway").inputs["availabilityMode"] == "regional"
    given = program("prod", route="nat", publicSubnetIds=["subnet-07be90d42f1a6c385"])
    assert given.one("aws:ec2/natGateway:NatGateway").inputs["subnetId"] == "subnet-07be90d42f1a6c385"


def test_with_both_paths_mail_takes_the_configured_one(program: Callable[..., Any]) -> None:
    hosts = {}
    for mail_through in ("ses", "nat"):
        graph = program("prod", route="both", mailThrough=mail_through)
        assert graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        assert graph.of_type("aws:ec2/natGateway:NatGateway")
        hosts[mail_through] = graph.stack_outputs["smtpHost"]
    assert hosts == {"ses": "email-smtp.us-east-1.amazonaws.com", "nat": "smtp-relay.brevo.com"}


def test_the_domain_outlives_the_switch_to_nat(program: Callable[..., Any]) -> None:
    ses, nat = program("prod"), program("prod", route="nat")
    wait = "aws:ses/domainIdentityVerification:DomainIdentityVerification::identity"
    of_domain = {key for key in PROD_CUSTOM if key.endswith("::identity") or "::identity-" in key}
    assert wait in ses.resources.keys() - nat.resources.keys()
    for key in of_domain - {wait}:
        assert ses[key] == nat[key]


@every_run
def test_every_taggable_resource_names_project_and_stack(
    program: Callable[..., Any], stack: str, route: str
) -> None:
    graph = program(stack, route=route, domain="daadaar.com", publishEvents="true")
    for resource in graph.custom.values():
        if "tags" in inspect.signature(_class_of(resource.type)._internal_init).parameters:  # type: ignore[attr-defined]
            assert resource.inputs["tags"]["pulumi:project"] == "mailroute", resource.key
            assert resource.inputs["tags"]["pulumi:stack"] == "test", resource.key


@every_run
@pytest.mark.parametrize("preview", [True, False])
def test_every_resource_has_its_component_s_name_and_parent(
    program: Callable[..., Any], stack: str, route: str, preview: bool
) -> None:
    graph = program(stack, route=route, domain="daadaar.com", preview=preview)
    for resource in graph.custom.values():
        parent = graph[resource.parent]
        assert not parent.custom, resource.key
        assert resource.name == parent.name or resource.name.startswith(f"{parent.name}-"), resource.key
    for component in (one for one in graph.resources.values() if not one.custom):
        assert component.parent == "pulumi:pulumi:Stack::mailroute-test"
        assert component.key in graph.outputs


@every_run
@pytest.mark.parametrize("preview", [True, False])
def test_the_password_is_in_one_place_and_secret_there(
    program: Callable[..., Any], stack: str, route: str, preview: bool
) -> None:
    graph = program(stack, route=route, domain="daadaar.com", preview=preview)
    assert "the-password" not in repr(graph.outputs)
    for resource in graph.custom.values():
        assert "the-password" not in repr(resource.inputs), resource.key
    for version in graph.of_type("aws:secretsmanager/secretVersion:SecretVersion"):
        secret = version.inputs["secretString"]
        assert isinstance(secret, Secret)
        if not preview:
            assert json.loads(secret.value) == {"username": "sender-id", "password": "the-password"}


def test_prod_exports(program: Callable[..., Any]) -> None:
    outputs = dict(program("prod").stack_outputs)
    snippet = outputs.pop("dnsZoneSnippet")
    assert "token-a._domainkey.daadaar.com. 1800 IN CNAME token-a.dkim.amazonses.com." in snippet.splitlines()
    assert outputs == {
        "smtpHost": "email-smtp.us-east-1.amazonaws.com",
        "smtpPort": 587,
        "smtpSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:sender",
        "endpointDnsNames": ["endpoint.vpce.amazonaws.com"],
        "endpointLeftOut": [],
        "dnsRecordsToPublish": [],
        "serviceUrl": "https://service.awsapprunner.com",
        "serviceArn": "arn:aws:apprunner:us-east-1:123456789012:service:service",
        "vpcConnectorArn": "arn:aws:apprunner:us-east-1:123456789012:vpcConnector:service",
        "protected": (
            "App Runner service daadaar-backend, SES identity daadaar.com, secret with "
            "the SMTP credentials of daadaar.com: pulumi destroy --exclude-protected keeps this and what it "
            "depends on; to let go of it, run: pulumi config set protect false, pulumi up, pulumi destroy"
        ),
        "importCommand": (
            "pulumi import aws:apprunner/service:Service service $(aws apprunner list-services "
            "--region us-east-1 --output text "
            "--query \"ServiceSummaryList[?ServiceName=='daadaar-backend'].ServiceArn\")"
        ),
    }


def test_what_is_not_the_stacks_is_not_said_to_be_kept(program: Callable[..., Any]) -> None:
    outputs = program("prod", route="nat", domain="").stack_outputs
    assert outputs["protected"].startswith("App Runner service daadaar-backend: pulumi destroy")


def test_dev_exports(program: Callable[..., Any]) -> None:
    outputs = program("dev").stack_outputs
    assert "protected" not in outputs
    assert outputs["natPublicIps"] == ["ip-of-nat-us-east-1a"]
    assert outputs["smtpHost"] == "smtp-relay.brevo.com"
    assert outputs["smtpPort"] == 587
    assert not {"smtpSecretArn", "relaySecretArn", "dnsRecordsToPublish"} & set(outputs)


def test_external_dns_shows_known_records_in_a_preview(program: Callable[..., Any]) -> None:
    graph = program("prod", preview=True, dns="external")
    assert graph.of_type("aws:route53/record:Record") == []
    dkim = {"name": UNKNOWN, "type": "CNAME", "ttl": 1800, "value": UNKNOWN}
    assert graph.stack_outputs["dnsRecordsToPublish"] == [
        dkim,
        dkim,
        dkim,
        {
            "name": "bounce.daadaar.com",
            "type": "MX",
            "ttl": 1800,
            "value": "10 feedback-smtp.us-east-1.amazonses.com",
        },
        {
            "name": "bounce.daadaar.com",
            "type": "TXT",
            "ttl": 1800,
            "value": "v=spf1 include:amazonses.com ~all",
        },
        {"name": "_dmarc.daadaar.com", "type": "TXT", "ttl": 1800, "value": "v=DMARC1; p=none"},
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"route": "sse"},
            "config mailroute:route is 'sse': it must be one of ses, nat, both; use 'ses'",
        ),
        (
            {"mailThrough": "relay"},
            "config mailroute:mailThrough is 'relay': it must be one of ses, nat; use 'ses'",
        ),
        (
            {"domain": ""},
            "config mailroute:domain is '': SES sends from a domain of yours; "
            "run: pulumi config set domain DOMAIN",
        ),
        (
            {"domain": "Daadaar.com."},
            "config mailroute:domain is 'Daadaar.com.': it must be a domain name in lower case without a "
            "trailing dot; use a name such as 'example.com'",
        ),
        (
            {"dns": "cloudflare"},
            "config mailroute:dns is 'cloudflare': it must be one of route53, external; use 'route53'",
        ),
        (
            {"zoneName": "example.org"},
            "config mailroute:zoneName is 'example.org': the records of daadaar.com cannot be in this zone; "
            "name the zone of daadaar.com or of a parent domain, or set dns to 'external'",
        ),
        (
            {"mailFromSubdomain": "bounce.daadaar.com"},
            "config mailroute:mailFromSubdomain is 'bounce.daadaar.com': it must be one label, relative to "
            "the domain; use a label such as 'bounce', without the domain",
        ),
        (
            {"dmarcPolicy": "ignore"},
            "config mailroute:dmarcPolicy is 'ignore': it must be one of none, quarantine, reject, "
            "unmanaged; use 'none'",
        ),
        (
            {"dmarcReportsTo": "nobody"},
            "config mailroute:dmarcReportsTo is 'nobody': it must be an e-mail address; use one such as "
            "'dmarc@example.com'",
        ),
        (
            {"smtpPort": "25"},
            "config mailroute:smtpPort is 25: it must be one of 587, 465, 2587, 2465; use 587",
        ),
        (
            {"relayPort": "25"},
            "config mailroute:relayPort is 25: AWS blocks outbound traffic on port 25; use the submission "
            "port 587",
        ),
        (
            {"relayHost": "smtp://relay"},
            "config mailroute:relayHost is 'smtp://relay': it must be a domain name in lower case without "
            "a trailing dot; use a name such as 'example.com'",
        ),
        (
            {"relaySecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:s-Ab12Cd:password::"},
            "config mailroute:relaySecretArn is 'arn:aws:secretsmanager:us-east-1:123456789012:secret:"
            "s-Ab12Cd:password::': it must be the ARN of a secret of secretsmanager; use one such "
            "as 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME'",
        ),
        (
            {"kmsKeyArn": "alias/mail"},
            "config mailroute:kmsKeyArn is 'alias/mail': it must be the ARN of a key of kms; use one such "
            "as 'arn:aws:kms:REGION:ACCOUNT:key/NAME'",
        ),
        (
            {"natMode": "zonal"},
            "config mailroute:natMode is 'zonal': it must be one of single, per-zone, regional; use 'single'",
        ),
        (
            {"vpcId": "vpc-"},
            "config mailroute:vpcId is 'vpc-': it must be an id that starts with 'vpc-'; copy the id from "
            "the AWS console, such as 'vpc-0123456789abcdef0'",
        ),
        (
            {"vpcId": ""},
            "config mailroute:vpcId is '': subnets are given without the VPC that they belong to; "
            "set it as well",
        ),
        (
            {"privateSubnetIds": []},
            "config mailroute:privateSubnetIds is []: it must be a list of 1 to 16; name each one once",
        ),
        (
            {"privateSubnetIds": ["subnet-058489269eab00608"] * 2},
            "config mailroute:privateSubnetIds is ['subnet-058489269eab00608', 'subnet-058489269eab00608']: "
            "'subnet-058489269eab00608' stands there twice; name each one once",
        ),
        (
            {"publicSubnetIds": ["subnet-058489269eab00608"]},
            "config mailroute:publicSubnetIds is 'subnet-058489269eab00608': it is one of the private "
            "subnets too; name it in one of the two",
        ),
        (
            {"vpcId": "", "privateSubnetIds": [], "cidrBlock": "10.0.0.0/8"},
            "config mailroute:cidrBlock is '10.0.0.0/8': a VPC is at most a /16; use '10.0.0.0/16'",
        ),
        (
            {"vpcId": "", "privateSubnetIds": [], "zoneCount": "4"},
            "config mailroute:zoneCount is 4: it must be a whole number from 2 to 3; use 2 to 3",
        ),
        (
            {"relayhost": "smtp.example.com"},
            "config mailroute:relayhost: there is no such key; use relayHost",
        ),
        ({"natmode": "regional"}, "config mailroute:natmode: there is no such key; use natMode"),
        (
            {"policyArns": ["arn:aws:iam::123456789012:policy/a", "arn:aws:iam::123456789012:role/b"]},
            "config mailroute:policyArns[1] is 'arn:aws:iam::123456789012:role/b': it must be the ARN of a "
            "policy of iam; use one such as 'arn:aws:iam::ACCOUNT:policy/NAME'",
        ),
        (
            {"kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:alias/mail"},
            "config mailroute:kmsKeyArn is 'arn:aws:kms:us-east-1:123456789012:alias/mail': it must be the "
            "ARN of a key of kms; use one such as 'arn:aws:kms:REGION:ACCOUNT:key/NAME'",
        ),
        (
            {"destinations": [{"name": "ses", "port": 587, "cidrBlock": "0.0.0.0/0"}]},
            "config mailroute:destinations[0].name is 'ses': the route's own destination has this name; "
            "rename it",
        ),
        (
            {"healthCheck": {"interval": 21}},
            "config mailroute:healthCheck.interval is 21: it must be a whole number from 1 to 20; use 1 "
            "to 20",
        ),
        (
            {"healthCheck": {"period": 5}},
            "config mailroute:healthCheck.period: there is no such argument; known are protocol, interval, "
            "timeout, healthyThreshold, unhealthyThreshold",
        ),
        (
            {"healthCheck": {"protocol": "TCP"}, "healthCheckPath": "/up"},
            "config mailroute:healthCheck.protocol is 'TCP': config mailroute:healthCheckPath is '/up', and "
            "a TCP check asks for no path; leave out one of the two",
        ),
        (
            {"sourceCode": {"branch": "main"}},
            f"config mailroute:image is '{_IMAGE}': config mailroute:sourceCode is given too, and a service "
            "runs an image or source code; leave out one of the two",
        ),
        (
            {"image": "", "sourceCode": {**_CODE, "configuration": "REPOSITORY"}},
            "config mailroute:sourceCode.configuration is 'REPOSITORY': App Runner would take SMTP_HOST from "
            "apprunner.yaml, and no stack can set it there; use 'API', and set here what that file says",
        ),
        (
            {"image": "", "sourceCode": {**_CODE, "runtime": "PYTHON_2"}},
            "config mailroute:sourceCode.runtime is 'PYTHON_2': it must be one of PYTHON_311, PYTHON_3, "
            "NODEJS_22, NODEJS_18, NODEJS_16, NODEJS_14, NODEJS_12, CORRETTO_11, CORRETTO_8, DOTNET_6, GO_1, "
            "PHP_81, RUBY_31; use 'PYTHON_311'",
        ),
        (
            {"image": "", "sourceCode": {**_CODE, "commit": "1"}},
            "config mailroute:sourceCode.commit: there is no such argument; known are repositoryUrl, branch, "
            "connectionArn, configuration, runtime, buildCommand, sourceDirectory",
        ),
        (
            {"image": "", "sourceCode": {**_CODE, "connectionArn": 5}},
            "config mailroute:sourceCode.connectionArn is 5: it must be the ARN of a connection of "
            "apprunner; use one such as 'arn:aws:apprunner:REGION:ACCOUNT:connection/NAME'",
        ),
        (
            {"image": "", "sourceCode": {**_CODE, "buildCommand": ["make"]}},
            "config mailroute:sourceCode.buildCommand is ['make']: it must be text; leave it out for none",
        ),
        (
            {"customDomains": [{"domain": 5}]},
            "config mailroute:customDomains[0].domain is '5': it must be a domain name in lower case without "
            "a trailing dot; use a name such as 'example.com'",
        ),
        (
            {"customDomains": [{"domain": "app.daadaar.com", "www": "no"}]},
            "config mailroute:customDomains[0].www is 'no': it must be one of True, False; use True",
        ),
        (
            {"customDomains": ["app.daadaar.com"]},
            "config mailroute:customDomains[0] is 'app.daadaar.com': it must be an object; with domain, www, "
            "dns",
        ),
        (
            {"customDomains": [{"domain": "*.daadaar.com", "www": True}]},
            "config mailroute:customDomains[0].www is True: a wildcard has no www subdomain; leave it out",
        ),
        (
            {"customDomains": [{"domain": "app.daadaar.com", "dns": "cloudflare"}]},
            "config mailroute:customDomains[0].dns is 'cloudflare': it must be one of route53, external; use "
            "'route53'",
        ),
        (
            {"customDomains": [{"domain": "app.example.org"}]},
            "config mailroute:customDomains[0].domain is 'app.example.org': Route 53 has no public hosted "
            "zone that it is in; set its dns to 'external'",
        ),
        (
            {"instanceRoleArn": "arn:aws:iam::123456789012:role/nobody"},
            "config mailroute:instanceRoleArn is 'arn:aws:iam::123456789012:role/nobody': there is no such "
            "role; look at its name",
        ),
        (
            {"accessRoleArn": "arn:aws:iam::123456789012:role/nobody"},
            "config mailroute:accessRoleArn is 'arn:aws:iam::123456789012:role/nobody': there is no such "
            "role; look at its name",
        ),
        (
            {"instanceRoleArn": "none"},
            "config mailroute:instanceRoleArn is 'none': it must be the ARN of a role of iam; use one such "
            "as 'arn:aws:iam::ACCOUNT:role/NAME'",
        ),
        (
            {"configurationSetName": "shared", "publishEvents": "true"},
            "config mailroute:publishEvents is True: the events of an adopted configuration set are its "
            "owner's to publish; set it to false",
        ),
        (
            {"configurationSetName": "shared", "adopt": ["identity"]},
            "config mailroute:configurationSetName is 'shared': an adopted identity keeps its own; leave it "
            "out",
        ),
        (
            {"webAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"},
            "config mailroute:webAclArn is 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b': it must "
            "be the ARN of a regional/webacl of wafv2; use one such as "
            "'arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME'",
        ),
        (
            {"port": "http"},
            "config mailroute:port is 'http': it must be a whole number from 1 to 65535; use 1 to 65535",
        ),
        (
            {"autoDeploy": "maybe"},
            "config mailroute:autoDeploy is 'maybe': it must be one of true, false; use 'true'",
        ),
        (
            {"cpu": ""},
            "config mailroute:memory is '2048': cpu and memory go together; set config mailroute:cpu as well",
        ),
        (
            {"ingress": "internal"},
            "config mailroute:ingress is 'internal': it must be one of public, private; use 'public'",
        ),
        (
            {"ipAddressType": "ipv6"},
            "config mailroute:ipAddressType is 'ipv6': it must be one of IPV4, DUAL_STACK; use 'IPV4'",
        ),
        (
            {"instanceRoleArn": "arn:aws:iam::123456789012:policy/backend"},
            "config mailroute:instanceRoleArn is 'arn:aws:iam::123456789012:policy/backend': it must be the "
            "ARN of a role of iam; use one such as 'arn:aws:iam::ACCOUNT:role/NAME'",
        ),
        (
            {"tags": {"cost": 12}},
            "config mailroute:tags.cost is 12: the value of a tag is text; write '12'",
        ),
        (
            {"tags": {"Name": "backend"}},
            "config mailroute:tags is 'Name': the stack sets this tag itself; leave it out",
        ),
        (
            {"customDomains": [{"domain": "bounce.daadaar.com"}]},
            "config mailroute:customDomains[0].domain is 'bounce.daadaar.com': bounce.daadaar.com is the "
            "MAIL FROM domain, and SES needs the name for itself; set config mailroute:mailFromSubdomain to "
            "another label",
        ),
        (
            {"tags": {"AWS:team": "a"}},
            "config mailroute:tags is 'AWS:team': a tag's key has 1 to 128 characters, and does not start "
            "with 'aws:'; rename it",
        ),
        (
            {"tags": {"k" * 129: "a"}},
            f"config mailroute:tags is '{'k' * 129}': a tag's key has 1 to 128 characters, and does not "
            "start with 'aws:'; rename it",
        ),
        (
            {"tags": {"team": "a" * 257}},
            f"config mailroute:tags.team is '{'a' * 257}': the value of a tag has at most 256 characters; "
            "shorten it",
        ),
        (
            {"tags": {f"tag-{number}": "a" for number in range(48)}},
            "config mailroute:tags is '48 tags': AWS allows 50 tags, and 3 of them are the stack's; leave 47",
        ),
        (
            {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/Up Per:la test"},
            "config mailroute:image is '123456789012.dkr.ecr.us-east-1.amazonaws.com/Up Per:la test': an "
            "image's name is in lower case, and its tag has letters, digits, '.', '_' and '-'; use NAME:TAG, "
            "NAME@sha256:DIGEST or NAME after the registry",
        ),
        (
            {"port": "\u0668\u0660"},
            "config mailroute:port is '\u0668\u0660': it must be a whole number from 1 to 65535; use 1 "
            "to 65535",
        ),
        (
            {"relayPort": "\u0665\u0668\u0667"},
            "config mailroute:relayPort is '\u0665\u0668\u0667': it must be a whole number; use the digits "
            "0 to 9",
        ),
        (
            {"vpcId": "", "privateSubnetIds": [], "cidrBlock": "224.0.0.0/16"},
            "config mailroute:cidrBlock is '224.0.0.0/16': AWS takes no VPC in 224.0.0.0/4; use "
            "'10.0.0.0/16'",
        ),
        (
            {"serviceName": "api"},
            "config mailroute:serviceName is 'api': it must be 4 to 40 letters, digits, '-' or '_', and "
            "start with a letter or digit; use a name such as 'backend'",
        ),
        (
            {"image": "nginx:latest"},
            "config mailroute:image is 'nginx:latest': App Runner takes images of Amazon ECR only; use "
            "ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or public.ecr.aws/ALIAS/NAME:TAG",
        ),
        (
            {"image": "public.ecr.aws/nginx/nginx:latest"},
            "config mailroute:autoDeploy is True: App Runner does not watch public images; set it to false",
        ),
        (
            {"cpu": "300"},
            "config mailroute:cpu is '300': it must be one of 256, 512, 1024, 2048, 4096; use '256'",
        ),
        (
            {"memory": "512"},
            "config mailroute:memory is '512': with cpu 1024 it must be one of 2048, 3072, 4096; use '2048'",
        ),
        (
            {"healthCheckPath": "health"},
            "config mailroute:healthCheckPath is 'health': it must start with '/'; use '/health'",
        ),
        (
            {"environment": {"SMTP_HOST": "localhost"}},
            "config mailroute:environment is 'SMTP_HOST': the route sets this variable; leave it out",
        ),
        (
            {"environment": {"DATABASE_URL": "postgres://"}},
            "config mailroute:environment is 'DATABASE_URL': it is one of the secrets too; keep it in one "
            "of the two",
        ),
        (
            {"environment": {"DEBUG": True}},
            "config mailroute:environment.DEBUG is True: a variable is text; write 'True'",
        ),
        (
            {"secrets": {"TOKEN": "hunter2"}},
            "config mailroute:secrets is 'TOKEN': its value, not shown here, is no ARN of Secrets Manager or "
            "Parameter Store; keep the secret there and give its ARN, or ARN:json-key::",
        ),
        (
            {"destinations": ["postgres"]},
            "config mailroute:destinations[0] is 'postgres': it must be an object; with name, port, "
            "securityGroupId, cidrBlock",
        ),
        (
            {"destinations": [{"name": "postgres", "securityGroupId": ""}]},
            "config mailroute:destinations[0].securityGroupId is '': it must be an id that starts with "
            "'sg-'; copy the id from the AWS console, such as 'sg-0123456789abcdef0'",
        ),
        (
            {"destinations": [{"name": "postgres", "cidrBlock": 5}]},
            "config mailroute:destinations[0].cidrBlock is '5': it must be an IPv4 block in CIDR notation "
            "(Expected 4 octets in '5'); use '10.0.0.0/16'",
        ),
        (
            {"destinations": [{"name": "", "cidrBlock": "10.0.0.0/16"}]},
            "config mailroute:destinations[0].name is '': it must be a short text; use 'database'",
        ),
        (
            {"adopt": ["endpoint"], "vpcId": "", "privateSubnetIds": []},
            "config mailroute:adopt[0] is 'endpoint': a new VPC has none; leave it out, or set config "
            "mailroute:vpcId",
        ),
        (
            {"destinations": [{"name": "postgres", "group": "sg-1"}]},
            "config mailroute:destinations[0].group: there is no such argument; known are name, port, "
            "securityGroupId, cidrBlock",
        ),
        (
            {"destinations": [{"name": "postgres", "port": 5432}]},
            "config mailroute:destinations[0].securityGroupId or config mailroute:destinations[0].cidrBlock "
            "is None: just one of them must be given; give one of them",
        ),
        (
            {
                "destinations": [
                    {"name": "web", "port": 443, "cidrBlock": "0.0.0.0/0"},
                    {"name": "mail", "port": 587, "cidrBlock": "0.0.0.0/0"},
                    {"name": "api", "port": 443, "cidrBlock": "0.0.0.0/0"},
                ]
            },
            "config mailroute:destinations[2] is 'api': it opens what 'web', destinations[0], opens already; "
            "leave out one of the two",
        ),
        (
            {"customDomains": [{"domain": "a.daadaar.com"}, {"domain": "www.a.daadaar.com"}]},
            "config mailroute:customDomains[1].domain is 'www.a.daadaar.com': the service answers to "
            "www.a.daadaar.com already by 'a.daadaar.com'; set config mailroute:customDomains[0].www to "
            "false",
        ),
        (
            {"customDomains": [{"domain": "www.a.daadaar.com"}, {"domain": "a.daadaar.com"}]},
            "config mailroute:customDomains[1].domain is 'a.daadaar.com': the service answers to "
            "www.a.daadaar.com already by 'www.a.daadaar.com'; set config mailroute:customDomains[1].www to "
            "false",
        ),
        (
            {"destinations": [{"name": "all", "cidrBlock": "10.0.0.1/8"}]},
            "config mailroute:destinations[0].cidrBlock is '10.0.0.1/8': it must be an IPv4 block in CIDR "
            "notation (10.0.0.1/8 has host bits set); use '10.0.0.0/16'",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_wrong_config_is_one_line_before_any_resource(
    program: Callable[..., Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as refused:
        program("prod", **changes)
    assert str(refused.value) == message
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("route", "spoil", "argument"),
    [
        ("nat", "default route", "config mailroute:privateSubnetIds"),
        ("both", "default route", "config mailroute:privateSubnetIds"),
        ("ses", "dns", "config mailroute:vpcId"),
        ("ses", "zones", "config mailroute:privateSubnetIds"),
    ],
)
def test_an_unfit_account_stops_it_before_any_resource(
    program: Callable[..., Any], account: Any, route: str, spoil: str, argument: str
) -> None:
    if spoil == "default route":
        routes = account.route_tables["rtb-0b5e21f97c4d38a06"]["routes"]
        routes.append({"cidrBlock": "0.0.0.0/0", "transitGatewayId": "tgw-1"})
    elif spoil == "dns":
        account.vpcs["vpc-0e9cd2c204069ca54"]["enableDnsHostnames"] = False
    else:
        account.service_zones[:] = ["us-east-1f"]
    with pytest.raises(ArgumentError, match=argument) as refused:
        program("prod", account=account, route=route)
    assert refused.value.graph.custom == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"vpcId": "vpc-00000000"},
            "config mailroute:vpcId is 'vpc-00000000': us-east-1 has no such VPC; look at the id and "
            "the region",
        ),
        (
            {"zoneId": "Z00000000"},
            "config mailroute:zoneId is 'Z00000000': Route 53 has no such hosted zone; give the id of the "
            "zone that daadaar.com is in, or set dns to 'external'",
        ),
        (
            {"domain": "example.com", "zoneId": "Z0573219KQ7M4TXB1R8E"},
            "config mailroute:zoneId is 'Z0573219KQ7M4TXB1R8E': it is the hosted zone of daadaar.com; give "
            "the id of the zone that example.com is in, or set dns to 'external'",
        ),
        (
            {"domain": "example.com"},
            "config mailroute:zoneName is 'example.com': Route 53 has no public hosted zone of this name; "
            "name the zone that example.com is in, or set dns to 'external'",
        ),
        (
            {
                "destinations": [
                    {"name": "web", "port": 443, "cidrBlock": "0.0.0.0/0"},
                    {"name": "db", "port": 5432, "securityGroupId": "sg-00000000"},
                ]
            },
            "config mailroute:destinations[1].securityGroupId is 'sg-00000000': us-east-1 has no such "
            "security group; look at the id and the region",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_aws_does_not_have_is_one_line(
    program: Callable[..., Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as refused:
        program("prod", **changes)
    assert str(refused.value) == message


_ELSEWHERE = {
    "webAclArn": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b",
    "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/a",
    "encryptionKmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/a",
    "autoScalingConfigurationArn": "arn:aws:apprunner:us-east-1:210987654321:autoscalingconfiguration/a/1/b",
    "observabilityConfigurationArn": "arn:aws:apprunner:eu-west-1:123456789012:observabilityconfiguration/a",
    "instanceRoleArn": "arn:aws:iam::210987654321:role/daadaar-backend-instance",
    "accessRoleArn": "arn:aws:iam::210987654321:role/daadaar-backend-instance",
}


@pytest.mark.parametrize("key", _ELSEWHERE)
def test_what_is_elsewhere_is_one_line(program: Callable[..., Any], key: str) -> None:
    arn = _ELSEWHERE[key]
    own = "account than 123456789012" if "210987654321" in arn else "region than us-east-1"
    with pytest.raises(ArgumentError) as refused:
        program("prod", **{key: arn})
    assert str(refused.value) == (
        f"config mailroute:{key} is '{arn}': AWS takes none of another {own}; use one there"
    )
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]


def test_an_image_of_another_account_is_not_watched(program: Callable[..., Any]) -> None:
    image = "210987654321.dkr.ecr.us-east-1.amazonaws.com/backend:latest"
    with pytest.raises(ArgumentError) as refused:
        program("prod", image=image, autoDeploy="true")
    assert str(refused.value) == (
        "config mailroute:autoDeploy is True: App Runner does not watch images of other accounts, such as "
        f"{image}; set it to false"
    )
    program("prod", image=image, autoDeploy="false")


def test_a_connection_elsewhere_is_one_line(program: Callable[..., Any]) -> None:
    connection = "arn:aws:apprunner:eu-west-1:123456789012:connection/github/0123456789abcdef"
    code = {"repositoryUrl": "https://a.example/b", "branch": "main", "connectionArn": connection}
    with pytest.raises(ArgumentError, match=r"sourceCode.connectionArn is .*: AWS takes none of"):
        program("prod", image="", sourceCode={**code, "runtime": "PYTHON_311"})


def _class_of(token: str) -> type:
    package, module, name = token.split(":")[0], token.split(":")[1].split("/")[0], token.split(":")[2]
    assert package == "aws"
    found: type = getattr(getattr(aws, module), name)
    return found
