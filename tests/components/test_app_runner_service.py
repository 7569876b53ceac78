"""AppRunnerService: the service, its connector, and how little it may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import AppRunnerService
from components.app_runner_service import import_command
from components.helpers.app_runner_deployment import DeploymentError
from components.helpers.checks import ArgumentError

SERVICE = "aws:apprunner/service:Service"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
PRIVATE_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v1"
PUBLIC_IMAGE = "public.ecr.aws/nginx/nginx:latest"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mail-Ab12Cd"
PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/token"
KEY = "arn:aws:kms:us-east-1:123456789012:key/one"


def args(**changes: Any) -> Any:
    given = {
        "service_name": "backend",
        "image": PRIVATE_IMAGE,
        "vpc_id": "vpc-00000001",
        "subnet_ids": ["subnet-00000001", "subnet-00000002"],
        "destinations": [],
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def policies_of(graph: Any, role: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if policy.inputs["role"] == role
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    ]


def test_all_outbound_traffic_goes_through_its_connector(register: Callable[..., Any]) -> None:
    graph = register(lambda: AppRunnerService("api", args()))
    connector = graph.one("aws:apprunner/vpcConnector:VpcConnector").inputs
    assert connector["subnets"] == ["subnet-00000001", "subnet-00000002"]
    assert connector["securityGroups"] == ["api-id"]
    service = graph.one(SERVICE).inputs
    assert service["networkConfiguration"] == {
        "egressConfiguration": {
            "egressType": "VPC",
            "vpcConnectorArn": "arn:aws:apprunner:us-east-1:123456789012:vpcConnector:api",
        }
    }


def test_defaults_are_app_runners(register: Callable[..., Any]) -> None:
    service = register(lambda: AppRunnerService("api", args(image=PUBLIC_IMAGE))).one(SERVICE).inputs
    assert set(service) == {
        "instanceConfiguration",
        "networkConfiguration",
        "serviceName",
        "sourceConfiguration",
        "tags",
    }
    assert set(service["instanceConfiguration"]) == {"instanceRoleArn"}
    assert service["sourceConfiguration"] == {
        "autoDeploymentsEnabled": False,
        "imageRepository": {
            "imageIdentifier": PUBLIC_IMAGE,
            "imageRepositoryType": "ECR_PUBLIC",
            "imageConfiguration": {
                "port": "8080",
                "runtimeEnvironmentVariables": {},
                "runtimeEnvironmentSecrets": {},
            },
        },
    }


def test_what_is_asked_for_is_set(register: Callable[..., Any]) -> None:
    asked = args(
        auto_deploy=True, port=3000, cpu="1024", memory="3072", health_check_path="/health",
        environment={"DEBUG": "0"}, secrets={"PASSWORD": f"{SECRET}:password::"},
    )  # fmt: skip
    service = register(lambda: AppRunnerService("api", asked)).one(SERVICE).inputs
    assert service["instanceConfiguration"]["cpu"] == "1024"
    assert service["instanceConfiguration"]["memory"] == "3072"
    assert service["healthCheckConfiguration"] == {"protocol": "HTTP", "path": "/health"}
    assert service["sourceConfiguration"]["autoDeploymentsEnabled"] is True
    assert service["sourceConfiguration"]["imageRepository"]["imageConfiguration"] == {
        "port": "3000",
        "runtimeEnvironmentVariables": {"DEBUG": "0"},
        "runtimeEnvironmentSecrets": {"PASSWORD": f"{SECRET}:password::"},
    }


def test_a_private_image_is_pulled_with_a_role_for_that(register: Callable[..., Any]) -> None:
    graph = register(lambda: AppRunnerService("api", args()))
    role = graph["aws:iam/role:Role::api-access"].inputs
    assert json.loads(role["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Service": "build.apprunner.amazonaws.com"
    }
    attachment = graph["aws:iam/rolePolicyAttachment:RolePolicyAttachment::api-access"]
    assert attachment.inputs["policyArn"].endswith("/AWSAppRunnerServicePolicyForECRAccess")
    service = graph.one(SERVICE)
    assert service.inputs["sourceConfiguration"]["authenticationConfiguration"] == {
        "accessRoleArn": "arn:aws:iam:us-east-1:123456789012:role:api-access"
    }
    assert attachment.key in service.dependencies


def test_a_public_image_needs_no_role(register: Callable[..., Any]) -> None:
    graph = register(lambda: AppRunnerService("api", args(image=PUBLIC_IMAGE)))
    assert [one.name for one in graph.of_type("aws:iam/role:Role")] == ["api-instance"]
    assert "authenticationConfiguration" not in graph.one(SERVICE).inputs["sourceConfiguration"]


CODE: dict[str, Any] = {
    "repository_url": "https://github.com/daadaar/backend",
    "branch": "main",
    "connection_arn": "arn:aws:apprunner:us-east-1:123456789012:connection/github/0123456789abcdef",
}


def test_source_code_is_built_and_run(register: Callable[..., Any]) -> None:
    code = {**CODE, "runtime": "PYTHON_311", "build_command": "make", "source_directory": "/api"}
    asked = args(
        image=None, source_code=code, port=3000, start_command="gunicorn app",
        environment={"DEBUG": "0"}, secrets={"PASSWORD": f"{SECRET}:password::"},
    )  # fmt: skip
    graph = register(lambda: AppRunnerService("api", asked))
    assert graph.one(SERVICE).inputs["sourceConfiguration"] == {
        "authenticationConfiguration": {"connectionArn": CODE["connection_arn"]},
        "autoDeploymentsEnabled": True,
        "codeRepository": {
            "repositoryUrl": "https://github.com/daadaar/backend",
            "sourceCodeVersion": {"type": "BRANCH", "value": "main"},
            "sourceDirectory": "/api",
            "codeConfiguration": {
                "configurationSource": "API",
                "codeConfigurationValues": {
                    "runtime": "PYTHON_311",
                    "buildCommand": "make",
                    "startCommand": "gunicorn app",
                    "port": "3000",
                    "runtimeEnvironmentVariables": {"DEBUG": "0"},
                    "runtimeEnvironmentSecrets": {"PASSWORD": f"{SECRET}:password::"},
                },
            },
        },
    }
    assert [one.name for one in graph.of_type("aws:iam/role:Role")] == ["api-instance"]


def test_apprunner_yaml_says_how_source_code_runs(register: Callable[..., Any]) -> None:
    asked = args(image=None, source_code={**CODE, "configuration": "REPOSITORY"}, auto_deploy=False)
    source = register(lambda: AppRunnerService("api", asked)).one(SERVICE).inputs["sourceConfiguration"]
    assert source["codeRepository"]["codeConfiguration"] == {"configurationSource": "REPOSITORY"}
    assert source["autoDeploymentsEnabled"] is False


@pytest.mark.parametrize(
    ("image", "watched"),
    [(PRIVATE_IMAGE, True), (PRIVATE_IMAGE.replace("1234", "9234"), False), (PUBLIC_IMAGE, False)],
)
def test_app_runner_watches_images_of_the_account(
    register: Callable[..., Any], image: str, watched: bool
) -> None:
    service = register(lambda: AppRunnerService("api", args(image=image))).one(SERVICE)
    assert service.inputs["sourceConfiguration"]["autoDeploymentsEnabled"] is watched


def test_an_image_that_is_made_in_the_same_program(register: Callable[..., Any]) -> None:
    def program() -> None:
        repository = aws.ecr.Repository("api")
        image = pulumi.Output.concat(repository.repository_url, ":v1")
        AppRunnerService("api", args(image=image, image_repository_type="ECR", auto_deploy=True))

    source = register(program, preview=True).one(SERVICE).inputs["sourceConfiguration"]
    assert source["imageRepository"]["imageRepositoryType"] == "ECR"


def test_a_service_without_a_url_has_none(
    register: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    not_there = property(lambda _service: pulumi.Output.from_input(None))
    monkeypatch.setattr(aws.apprunner.Service, "service_url", not_there)
    graph = register(lambda: AppRunnerService("api", args()))
    assert graph.outputs["mailroute:index:AppRunnerService::api"]["serviceUrl"] == ""


def test_the_instance_role_reads_just_its_secrets(register: Callable[..., Any]) -> None:
    secrets = {"USER": f"{SECRET}:username::", "PASSWORD": f"{SECRET}:password::v1", "TOKEN": PARAMETER}
    graph = register(lambda: AppRunnerService("api", args(secrets=secrets, kms_key_arns=[KEY])))
    role = graph["aws:iam/role:Role::api-instance"].inputs
    assert json.loads(role["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Service": "tasks.apprunner.amazonaws.com"
    }
    assert policies_of(graph, "api-instance") == [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [SECRET]},
        {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": [PARAMETER]},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [KEY]},
    ]
    assert graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")[0].name == "api-access"


def test_without_secrets_the_instance_role_may_do_nothing(register: Callable[..., Any]) -> None:
    graph = register(lambda: AppRunnerService("api", args(kms_key_arns=[KEY])))
    assert graph.of_type("aws:iam/rolePolicy:RolePolicy") == []


def test_the_applications_own_policies_are_attached(register: Callable[..., Any]) -> None:
    policy = "arn:aws:iam::123456789012:policy/uploads"
    graph = register(lambda: AppRunnerService("api", args(policy_arns=[policy])))
    attachment = next(
        each
        for each in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if each.inputs == {"role": "api-instance", "policyArn": policy}
    )
    assert attachment.key in graph.one(SERVICE).dependencies


@pytest.mark.parametrize("preview", [True, False])
def test_the_group_lets_out_to_the_destinations_only(register: Callable[..., Any], preview: bool) -> None:
    destinations = [
        {"name": "postgres", "port": 5432, "security_group_id": "sg-08c3d5e60fa1b7294"},
        {"name": "relay", "port": 587, "cidr_block": "0.0.0.0/0"},
        {"name": "vpc", "cidr_block": "10.0.0.0/16"},
    ]
    graph = register(lambda: AppRunnerService("api", args(destinations=destinations)), preview=preview)
    assert "egress" not in graph.one("aws:ec2/securityGroup:SecurityGroup").inputs
    own = {"aws:ec2/securityGroup:SecurityGroup::api"}
    shown = {
        one.name: {
            name: value for name, value in one.inputs.items() if name not in ("tags", "securityGroupId")
        }
        for one in graph.of_type(EGRESS)
    }
    assert shown == {
        "api-sg-08c3d5e60fa1b7294-5432": {
            "ipProtocol": "tcp",
            "fromPort": 5432,
            "toPort": 5432,
            "referencedSecurityGroupId": "sg-08c3d5e60fa1b7294",
        },
        "api-0.0.0.0-0-587": {"ipProtocol": "tcp", "fromPort": 587, "toPort": 587, "cidrIpv4": "0.0.0.0/0"},
        "api-10.0.0.0-16": {"ipProtocol": "-1", "cidrIpv4": "10.0.0.0/16"},
    }
    assert all(one.property_dependencies["securityGroupId"] == own for one in graph.of_type(EGRESS))
    ingress = graph.one(INGRESS)
    assert ingress.name == "api-sg-08c3d5e60fa1b7294-5432"
    assert ingress.inputs["securityGroupId"] == "sg-08c3d5e60fa1b7294"
    assert ingress.property_dependencies["referencedSecurityGroupId"] == own
    assert ingress.inputs["tags"]["Name"] == "test-api-postgres-5432"
    rules = {one.key for one in (*graph.of_type(EGRESS), ingress)}
    assert rules <= graph.one(SERVICE).dependencies


def test_a_rolled_back_service_has_no_outputs(
    register: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another language waits for fails as well as a Python program."""
    role = {"access_role_arn": "arn:aws:iam::123456789012:role/pull"}
    old = {
        "authentication_configuration": role,
        "image_repository": {"image_identifier": PRIVATE_IMAGE, "image_configuration": {"port": "8080"}},
    }
    there = property(lambda _service: pulumi.Output.from_input(old))
    monkeypatch.setattr(aws.apprunner.Service, "source_configuration", there)
    seen: list[str] = []

    def program(**changes: Any) -> None:
        service = AppRunnerService("api", args(**changes))
        for output in (service.service_arn, service.service_url):
            output.apply(seen.append)

    register(program)
    assert len(seen) == 2
    seen.clear()
    register(lambda: program(environment={"SMTP_HOST": "a"}), preview=True)
    with pytest.raises(DeploymentError, match="does not run with what this update gave it: SMTP_HOST;"):
        register(lambda: program(environment={"SMTP_HOST": "a"}))
    assert seen == []


def test_the_service_waits_for_what_the_component_depends_on(register: Callable[..., Any]) -> None:
    def program() -> None:
        address = aws.ec2.Eip("way-out")
        AppRunnerService("api", args(), pulumi.ResourceOptions(depends_on=[address]))

    assert "aws:ec2/eip:Eip::way-out" in register(program).one(SERVICE).dependencies


def test_an_imported_service_moves_into_the_component(register: Callable[..., Any]) -> None:
    """`pulumi import` knows no component yet: what it imports has the stack as its parent."""
    assert register(lambda: AppRunnerService("api", args())).one(SERVICE).aliases == ("no parent",)
    assert import_command("api", "backend", "eu-west-1").startswith(
        "pulumi import aws:apprunner/service:Service api $(aws apprunner list-services --region eu-west-1 "
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"service_name": None}, "AppRunnerService.service_name is None: it is required; give it a value"),
        (
            {"service_name": "a b"},
            "AppRunnerService.service_name is 'a b': it must be 4 to 40 letters, digits, '-' or '_', "
            "and start "
            "with a letter or digit; use a name such as 'backend'",
        ),
        (
            {"image": "docker.io/library/nginx"},
            "AppRunnerService.image is 'docker.io/library/nginx': App Runner takes images of Amazon "
            "ECR only; "
            "use ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or public.ecr.aws/ALIAS/NAME:TAG",
        ),
        (
            {"image_repository_type": "ECR_PUBLIC"},
            f"AppRunnerService.image_repository_type is 'ECR_PUBLIC': {PRIVATE_IMAGE} is in ECR; use 'ECR'",
        ),
        (
            {"image_repository_type": "DOCKER"},
            "AppRunnerService.image_repository_type is 'DOCKER': it must be one of ECR, ECR_PUBLIC; "
            "use 'ECR'",
        ),
        (
            {"image": pulumi.Output.from_input(PRIVATE_IMAGE)},
            "AppRunnerService.image_repository_type is None: the image's name is not known yet; say which it "
            "will be: ECR, ECR_PUBLIC",
        ),
        (
            {"image": PUBLIC_IMAGE, "auto_deploy": True},
            "AppRunnerService.auto_deploy is True: App Runner does not watch public images; set it to false",
        ),
        (
            {"source_code": CODE},
            f"AppRunnerService.image is '{PRIVATE_IMAGE}': AppRunnerService.source_code is given too, and a "
            "service runs an image or source code; leave out one of the two",
        ),
        (
            {"image": None, "source_code": CODE},
            "AppRunnerService.source_code.runtime is None: App Runner has to know what to build with, unless "
            "AppRunnerService.source_code.configuration is 'REPOSITORY'; use one of PYTHON_311, PYTHON_3, "
            "NODEJS_22, NODEJS_18, NODEJS_16, NODEJS_14, NODEJS_12, CORRETTO_11, CORRETTO_8, DOTNET_6, GO_1, "
            "PHP_81, RUBY_31",
        ),
        (
            {
                "image": None,
                "source_code": {**CODE, "configuration": "REPOSITORY"},
                "environment": {"SMTP_HOST": "a"},
            },
            "AppRunnerService.source_code.configuration is 'REPOSITORY': App Runner would ignore "
            "AppRunnerService.environment and take what apprunner.yaml says; use 'API', or leave it out",
        ),
        (
            {"image": None, "source_code": {**CODE, "configuration": "REPOSITORY", "build_command": "make"}},
            "AppRunnerService.source_code.configuration is 'REPOSITORY': App Runner would ignore "
            "AppRunnerService.source_code.build_command and take what apprunner.yaml says; use 'API', or "
            "leave it out",
        ),
        (
            {"image": None, "source_code": {**CODE, "repository_url": "git@github.com:daadaar/backend"}},
            "AppRunnerService.source_code.repository_url is 'git@github.com:daadaar/backend': it must be the "
            "https address of a repository; use one such as 'https://github.com/OWNER/NAME'",
        ),
        (
            {"image": None, "source_code": {**CODE, "connection_arn": "github"}},
            "AppRunnerService.source_code.connection_arn is 'github': it must be the ARN of a connection of "
            "apprunner; use one such as 'arn:aws:apprunner:REGION:ACCOUNT:connection/NAME'",
        ),
        (
            {"custom_domains": [{"domain": f"{at}.example.com"} for at in "abcdef"]},
            "AppRunnerService.custom_domains is ['a.example.com', 'b.example.com', 'c.example.com', "
            "'d.example.com', 'e.example.com', 'f.example.com']: it must be a list of 0 to 5; name each one "
            "once",
        ),
        (
            {"custom_domains": [{"domain": "app.Example.com"}]},
            "AppRunnerService.custom_domains[0].domain is 'app.Example.com': it must be a domain name in "
            "lower case without a trailing dot; use a name such as 'example.com'",
        ),
        (
            {"subnet_ids": []},
            "AppRunnerService.subnet_ids is []: it must be a list of 1 to 16; name each one once",
        ),
        (
            {"port": 0},
            "AppRunnerService.port is 0: it must be a whole number from 1 to 65535; use 1 to 65535",
        ),
        (
            {"cpu": "1 vCPU", "memory": "2048"},
            "AppRunnerService.cpu is '1 vCPU': it must be one of 256, 512, 1024, 2048, 4096; use '256'",
        ),
        (
            {"cpu": "512", "memory": "512"},
            "AppRunnerService.memory is '512': with cpu 512 it must be one of 1024; use '1024'",
        ),
        (
            {"cpu": "512"},
            "AppRunnerService.cpu is '512': cpu and memory go together; set AppRunnerService.memory as well",
        ),
        (
            {"health_check_path": "health"},
            "AppRunnerService.health_check_path is 'health': it must start with '/'; use '/health'",
        ),
        (
            {"environment": {"AWSAPPRUNNER_X": "1"}},
            "AppRunnerService.environment is 'AWSAPPRUNNER_X': a variable is letters, digits and "
            "'_', and does "
            "not start with a digit or 'AWSAPPRUNNER'; rename it",
        ),
        (
            {"environment": {"PORT": 80}},
            "AppRunnerService.environment.PORT is 80: a variable is text; write '80'",
        ),
        (
            {"secrets": {"PASSWORD": "hunter2"}},
            "AppRunnerService.secrets is 'PASSWORD': its value, not shown here, is no ARN of Secrets "
            "Manager or "
            "Parameter Store; keep the secret there and give its ARN, or ARN:json-key::",
        ),
        (
            {"environment": {"X": "1"}, "secrets": {"X": SECRET}},
            "AppRunnerService.environment is 'X': it is one of the secrets too; keep it in one of the two",
        ),
        (
            {"policy_arns": "arn:aws:iam::123456789012:policy/uploads"},
            "AppRunnerService.policy_arns is 'arn:aws:iam::123456789012:policy/uploads': it must be "
            "a list of "
            "0 to 10; name each one once",
        ),
        (
            {"policy_arns": ["AdministratorAccess"]},
            "AppRunnerService.policy_arns[0] is 'AdministratorAccess': it must be the ARN of a policy of "
            "iam; use one such as 'arn:aws:iam::ACCOUNT:policy/NAME'",
        ),
        (
            {"kms_key_arns": ["alias/mail"]},
            "AppRunnerService.kms_key_arns[0] is 'alias/mail': it must be the ARN of a key of kms; use one "
            "such as 'arn:aws:kms:REGION:ACCOUNT:key/NAME'",
        ),
        (
            {"destinations": [{"port": 587, "cidr_block": "0.0.0.0/0"}]},
            "AppRunnerService.destinations[0].name is None: it is required; give it a value",
        ),
        (
            {"destinations": [{"name": "a", "port": 25, "cidr_block": "0.0.0.0/0"}]},
            "AppRunnerService.destinations[0].port is 25: AWS blocks outbound traffic on port 25; use the "
            "submission port 587",
        ),
        (
            {"destinations": [{"name": "a", "security_group_id": "default"}]},
            "AppRunnerService.destinations[0].security_group_id is 'default': it must be an id that starts "
            "with 'sg-'; copy the id from the AWS console, such as 'sg-0123456789abcdef0'",
        ),
        (
            {
                "destinations": [
                    {"name": "a", "cidr_block": "10.0.0.0/8"},
                    {"name": "a", "cidr_block": "10.0.0.0/8"},
                ]
            },
            "AppRunnerService.destinations is ['a', 'a']: 'a' stands there twice; name each one once",
        ),
    ],
)
def test_wrong_arguments(register: Callable[..., Any], changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        register(lambda: AppRunnerService("api", args(**changes)))
    assert str(refused.value) == message
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]
