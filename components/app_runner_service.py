"""The workload: an App Runner service behind a VPC connector, with no more rights than it needs."""

import hashlib
import json
from collections.abc import Sequence
from typing import Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from . import app_runner_rules, checks
from .component import Component, ownership
from .iam_documents import read_secrets, trust
from .rules import allow

_ECR_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSAppRunnerServicePolicyForECRAccess"
_LONGEST_CONNECTOR_NAME = 40

_ARGUMENT = checks.of("AppRunnerService")


class DestinationArgs(TypedDict):
    """Something that the service may connect to: either a security group or an address block."""

    name: str
    """A short name for it, such as `smtp`."""
    port: NotRequired[int]
    """The TCP port. Default: every protocol and port."""
    security_group_id: NotRequired[pulumi.Input[str]]
    """The group of what is called: it lets the service in."""
    cidr_block: NotRequired[pulumi.Input[str]]
    """An IPv4 block, such as `0.0.0.0/0` for the internet."""


class HealthCheckArgs(TypedDict):
    """How App Runner finds out that an instance is well."""

    path: NotRequired[str]
    """The path to ask over HTTP, such as `/health`. Default: none, a TCP connection is enough."""
    interval: NotRequired[int]
    """Seconds between two checks, 1 to 20. Default: 5."""
    timeout: NotRequired[int]
    """Seconds to wait for an answer, 1 to 20. Default: 2."""
    healthy_threshold: NotRequired[int]
    """Good answers in a row until it counts as well, 1 to 20. Default: 1."""
    unhealthy_threshold: NotRequired[int]
    """Bad answers in a row until it counts as ill, 1 to 20. Default: 5."""


class AppRunnerServiceArgs(TypedDict):
    """The image, its settings, and the network that it reaches."""

    service_name: str
    """The service's name in AWS, 4 to 40 letters, digits, `-` or `_`."""
    image: pulumi.Input[str]
    """The image in Amazon ECR, private or public."""
    vpc_id: pulumi.Input[str]
    """The VPC that the service's outbound traffic goes through."""
    subnet_ids: list[pulumi.Input[str]]
    """The private subnets of the connector: an instance may use any of them, so each must have the path."""
    destinations: list[DestinationArgs]
    """All that the service may connect to."""
    image_repository_type: NotRequired[str]
    """`ECR` or `ECR_PUBLIC`; required where the image is an output. Default: what the image's name says."""
    port: NotRequired[int]
    """The port that the container listens on. Default: 8080."""
    auto_deploy: NotRequired[bool]
    """Whether a new image of the same tag is deployed by itself; private ECR only. Default: false."""
    cpu: NotRequired[str]
    """CPU units: 256, 512, 1024, 2048 or 4096. Default: 256."""
    memory: NotRequired[str]
    """Memory in MiB, within what the CPU units allow. Default: 512."""
    environment: NotRequired[dict[str, pulumi.Input[str]]]
    """Environment variables in clear: nothing secret."""
    secrets: NotRequired[dict[str, pulumi.Input[str]]]
    """Environment variables from Secrets Manager or Parameter Store: ARNs, or `ARN:json-key::`."""
    kms_key_arns: NotRequired[list[pulumi.Input[str]]]
    """The KMS keys that encrypt those secrets, where they are not AWS's own."""
    policy_arns: NotRequired[list[pulumi.Input[str]]]
    """Managed policies for what else the application does in AWS."""
    health_check: NotRequired[HealthCheckArgs]
    """The health check. Default: a TCP connection."""


class AppRunnerService(Component):
    """An App Runner service whose outbound traffic goes through a VPC connector of its own.

    What it depends on (`depends_on`) is there before the service is changed, and goes after it: give it the
    path of its mail. Its instance role reads just its secrets; its security group lets out just what its
    `destinations` name. A service that exists is taken over by
    `pulumi import aws:apprunner/service:Service NAME ARN`, with the component's name.
    """

    service_arn: pulumi.Output[str]
    """The ARN of the service."""
    service_url: pulumi.Output[str]
    """The URL of the service, with `https://`."""
    vpc_connector_arn: pulumi.Output[str]
    """The ARN of the VPC connector."""
    security_group_id: pulumi.Output[str]
    """The security group of the service's outbound traffic."""
    instance_role_arn: pulumi.Output[str]
    """The role that the application runs with."""

    def __init__(
        self, name: str, args: AppRunnerServiceArgs, opts: Optional[pulumi.ResourceOptions] = None
    ) -> None:
        checks.keys(
            _ARGUMENT,
            args,
            AppRunnerServiceArgs.__annotations__,
            AppRunnerServiceArgs.__required_keys__,
        )
        checks.distinct(_ARGUMENT("subnet_ids"), args["subnet_ids"])
        kind = check(args)
        super().__init__(name, opts)
        instance_role, rights = self._instance_role(name, args)
        group = aws.ec2.SecurityGroup(
            name,
            description="App Runner service: outbound traffic",
            vpc_id=args["vpc_id"],
            tags=ownership(name),
            opts=self._child(),
        )
        rules = [
            rule
            for to in args["destinations"]
            for rule in allow(
                self,
                f"{name}-{to['name']}",
                group.id,
                to.get("port"),
                group_id=to.get("security_group_id"),
                cidr_block=to.get("cidr_block"),
            )
        ]
        connector = aws.apprunner.VpcConnector(
            name,
            vpc_connector_name=_connector_name(args["service_name"], args["subnet_ids"], group.id),
            subnets=args["subnet_ids"],
            security_groups=[group.id],
            tags=ownership(name),
            opts=self._child(),
        )
        image, access = self._image(name, args, kind)
        before = [*rights, *rules, *access]
        service = aws.apprunner.Service(
            name,
            service_name=args["service_name"],
            source_configuration=image,
            instance_configuration={
                "cpu": args.get("cpu", "256"),
                "memory": args.get("memory", "512"),
                "instance_role_arn": instance_role.arn,
            },
            health_check_configuration=_health_check(args.get("health_check", {})),
            network_configuration={
                "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
            },
            observability_configuration={"observability_enabled": False},
            tags=ownership(name),
            opts=pulumi.ResourceOptions.merge(
                pulumi.ResourceOptions(
                    parent=self, depends_on=before, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
                ),
                pulumi.ResourceOptions(depends_on=opts.depends_on if opts else None),
            ),
        )
        self.service_arn = service.arn
        self.service_url = pulumi.Output.concat("https://", service.service_url)
        self.vpc_connector_arn = connector.arn
        self.security_group_id = group.id
        self.instance_role_arn = instance_role.arn
        self._publish()

    def _instance_role(
        self, name: str, args: AppRunnerServiceArgs
    ) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        """The role that the application runs with, and the rights that it must have before it starts."""
        role = aws.iam.Role(
            f"{name}-instance",
            assume_role_policy=json.dumps(trust("tasks.apprunner.amazonaws.com")),
            tags=ownership(f"{name}-instance"),
            opts=self._child(),
        )
        rights: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-instance-{position}", role=role.name, policy_arn=arn, opts=self._child()
            )
            for position, arn in enumerate(args.get("policy_arns", []))
        ]
        references = list(args.get("secrets", {}).values())
        if references:
            policy = pulumi.Output.all(references, args.get("kms_key_arns", [])).apply(
                lambda known: json.dumps(read_secrets(*known))
            )
            rights.append(
                aws.iam.RolePolicy(f"{name}-secrets", role=role.name, policy=policy, opts=self._child())
            )
        return role, rights

    def _image(
        self, name: str, args: AppRunnerServiceArgs, kind: str
    ) -> tuple[aws.apprunner.ServiceSourceConfigurationArgsDict, list[pulumi.Resource]]:
        """Where the image is and how it runs, and the right to pull it where it is private."""
        source: aws.apprunner.ServiceSourceConfigurationArgsDict = {
            "auto_deployments_enabled": args.get("auto_deploy", False),
            "image_repository": {
                "image_identifier": args["image"],
                "image_repository_type": kind,
                "image_configuration": {
                    "port": str(args.get("port", 8080)),
                    "runtime_environment_variables": args.get("environment", {}),
                    "runtime_environment_secrets": args.get("secrets", {}),
                },
            },
        }
        if kind == app_runner_rules.ECR_PUBLIC:
            return source, []
        role = aws.iam.Role(
            f"{name}-access",
            assume_role_policy=json.dumps(trust("build.apprunner.amazonaws.com")),
            tags=ownership(f"{name}-access"),
            opts=self._child(),
        )
        pull = aws.iam.RolePolicyAttachment(
            f"{name}-access", role=role.name, policy_arn=_ECR_ACCESS, opts=self._child()
        )
        return {**source, "authentication_configuration": {"access_role_arn": role.arn}}, [pull]


def check(args: AppRunnerServiceArgs, label: checks.Label = _ARGUMENT) -> str:
    """Every rule that concerns the service itself, not the network; returns the image repository's type.

    Raises:
        ArgumentError: for the first argument that breaks one.
    """
    app_runner_rules.service_name(label("service_name"), args["service_name"])
    kind = app_runner_rules.repository_type(label, args["image"], args.get("image_repository_type"))
    app_runner_rules.auto_deploy(label("auto_deploy"), args.get("auto_deploy", False), kind)
    checks.between(label("port"), args.get("port", 8080), 1, 65535)
    app_runner_rules.size(label, args.get("cpu", "256"), args.get("memory", "512"))
    app_runner_rules.variables(label, args.get("environment", {}), args.get("secrets", {}))
    _check_health(args.get("health_check", {}), lambda argument: label(f"health_check.{argument}"))
    checks.distinct(label("destinations"), [to.get("name") for to in args["destinations"]], 0, 60)
    for to in args["destinations"]:
        _check_destination(to, lambda argument: label(f"destinations.{argument}"))
    return kind


def _check_health(args: HealthCheckArgs, label: checks.Label) -> None:
    checks.keys(label, args, HealthCheckArgs.__annotations__)
    if "path" in args:
        checks.matches(label("path"), args["path"], r"/\S*", "it must start with '/'", "use '/health'")
    for argument, value in args.items():
        if argument != "path":
            checks.between(label(argument), value, 1, 20)


def _check_destination(args: DestinationArgs, label: checks.Label) -> None:
    checks.keys(label, args, DestinationArgs.__annotations__, DestinationArgs.__required_keys__)
    if "port" in args:
        checks.port(label("port"), args["port"])
    if checks.exactly_one(label, args, ("security_group_id", "cidr_block")) == "cidr_block":
        if isinstance(args["cidr_block"], str):
            checks.network(label("cidr_block"), args["cidr_block"])
    elif isinstance(args["security_group_id"], str):
        checks.resource_id(label("security_group_id"), args["security_group_id"], "sg")


def import_command(name: str, service_name: str, region: str) -> str:
    """How a service that exists already becomes the one of the component `name`, before the first `up`.

    It is imported outside of the component, where it goes with the `up` that follows.
    """
    arn = (
        f"aws apprunner list-services --region {region} --output text "
        f"--query \"ServiceSummaryList[?ServiceName=='{service_name}'].ServiceArn\""
    )
    return f"pulumi import aws:apprunner/service:Service {name} $({arn})"


def _health_check(args: HealthCheckArgs) -> aws.apprunner.ServiceHealthCheckConfigurationArgsDict:
    return {
        "protocol": "HTTP" if args.get("path") else "TCP",
        "path": args.get("path", "/"),
        "interval": args.get("interval", 5),
        "timeout": args.get("timeout", 2),
        "healthy_threshold": args.get("healthy_threshold", 1),
        "unhealthy_threshold": args.get("unhealthy_threshold", 5),
    }


def _connector_name(
    service_name: str, subnet_ids: Sequence[pulumi.Input[str]], group_id: pulumi.Input[str]
) -> pulumi.Output[str]:
    """A name that changes with what cannot be changed: the new connector exists beside the old one."""

    def named(parts: Sequence[str]) -> str:
        digest = hashlib.sha256(",".join(sorted(parts)).encode()).hexdigest()[:8]
        return f"{service_name[: _LONGEST_CONNECTOR_NAME - 9]}-{digest}"

    return pulumi.Output.all(*subnet_ids, group_id).apply(named)
