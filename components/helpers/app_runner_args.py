"""What an App Runner service is given, and the rules that it keeps."""

from typing import Optional

import pulumi
from typing_extensions import NotRequired, TypedDict

from . import app_runner_rules, app_runner_source, checks, custom_domains
from .app_runner_source import SourceCodeArgs
from .custom_domains import CustomDomainArgs

_ARGUMENT = checks.of("AppRunnerService")
_TAGS_OF_STACK = ("Name", "pulumi:project", "pulumi:stack")
_MOST_TAGS = 50 - len(_TAGS_OF_STACK)
_LONGEST_TAG_KEY, _LONGEST_TAG = 128, 256
"""AWS Tagging Guide, "Tag naming limits and requirements"."""


NEW = "new"
"""In the place of a role's ARN: a new role, also where the service has another one."""
_NO_ARN = {"instance_role_arn": NEW, "access_role_arn": NEW, "observability_configuration_arn": ""}
"""What may be given instead of an ARN."""


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
    """How App Runner watches an instance: seconds and counts, 1 to 20 each. Defaults: App Runner's."""

    protocol: NotRequired[str]
    """`TCP` or `HTTP`. Default: `HTTP` with `health_check_path`, else `TCP`."""
    interval: NotRequired[int]
    """The seconds between two checks. Default: 5."""
    timeout: NotRequired[int]
    """The seconds that an answer may take. Default: 2."""
    healthy_threshold: NotRequired[int]
    """How many checks in a row make an instance healthy. Default: 1."""
    unhealthy_threshold: NotRequired[int]
    """How many failures in a row make it unhealthy. Default: 5."""


class HoldArgs(TypedDict):
    """What a service that is there keeps for now. A new one takes what it is given."""

    variables: list[str]
    """Those of its variables, plain or secret, that it keeps, together with its role and its connector."""
    reason: str
    """Why, and what to do: the update fails with it where the service keeps one that is another."""


class AppRunnerServiceArgs(TypedDict):
    """What runs, its settings, and the network that it reaches.

    What is not given is App Runner's default for a new service, and stays as it is for one that is there,
    imported or made before. `environment`, `secrets` and `tags` are given as wholes.
    """

    service_name: str
    """The service's name in AWS, 4 to 40 letters, digits, `-` or `_`."""
    vpc_id: pulumi.Input[str]
    """The VPC that the service's outbound traffic goes through."""
    subnet_ids: pulumi.Input[list[pulumi.Input[str]]]
    """The private subnets of the connector: an instance may use any of them, so each must have the path."""
    destinations: list[DestinationArgs]
    """All that the service may connect to."""
    image: NotRequired[pulumi.Input[str]]
    """The image in Amazon ECR, private or public. Default: AWS's sample, where there is no `source_code`."""
    source_code: NotRequired[SourceCodeArgs]
    """Instead of `image`, the repository to build from. App Runner cannot switch between the two."""
    image_repository_type: NotRequired[str]
    """`ECR` or `ECR_PUBLIC`; required where the image is an output. Default: what the image's name says."""
    port: NotRequired[int]
    """The port that the application listens on. Default: 8080."""
    auto_deploy: NotRequired[bool]
    """Whether a new commit or image is deployed by itself. Default: unless the image is public or foreign."""
    cpu: NotRequired[str]
    """CPU units: 256, 512, 1024, 2048 or 4096; with `memory`. Default: 1024."""
    memory: NotRequired[str]
    """Memory in MiB, within what the CPU units allow; with `cpu`. Default: 2048."""
    environment: NotRequired[dict[str, pulumi.Input[str]]]
    """Environment variables in clear: nothing secret."""
    secrets: NotRequired[dict[str, pulumi.Input[str]]]
    """Environment variables from Secrets Manager or Parameter Store: ARNs, or `ARN:json-key::`."""
    kms_key_arns: NotRequired[list[pulumi.Input[str]]]
    """The KMS keys that encrypt those secrets, where they are not AWS's own."""
    policy_arns: NotRequired[list[pulumi.Input[str]]]
    """Managed policies for what else the application does in AWS."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete or replace the service: a new one has another URL. Default: false."""
    health_check_path: NotRequired[str]
    """The path of the HTTP health check, such as `/health`. Default: none, a TCP connection is enough."""
    health_check: NotRequired[HealthCheckArgs]
    """How often the health is checked, and what counts."""
    start_command: NotRequired[pulumi.Input[str]]
    """The command that starts the application. Empty to take one away. Default: the image's own."""
    instance_role_arn: NotRequired[pulumi.Input[str]]
    """A role to run with; it gains the right to read the secrets, and `policy_arns`. `new` for a new one."""
    access_role_arn: NotRequired[pulumi.Input[str]]
    """A role that may pull the private image, of which nothing is changed; `new` for a new one."""
    auto_scaling_configuration_arn: NotRequired[pulumi.Input[str]]
    """How many instances there are. Default: the account's default configuration."""
    observability_configuration_arn: NotRequired[pulumi.Input[str]]
    """How requests are traced. Empty to trace them no more. Default: not at all."""
    publicly_accessible: NotRequired[bool]
    """Whether it answers on the internet, or through a VPC ingress connection only. Default: true."""
    ip_address_type: NotRequired[str]
    """`IPV4` or `DUAL_STACK`. Default: `IPV4`."""
    encryption_kms_key_arn: NotRequired[pulumi.Input[str]]
    """The key for App Runner's copies of the image; another one replaces the service. Default: AWS's own."""
    custom_domains: NotRequired[list[CustomDomainArgs]]
    """Domains that the service answers to, five at most."""
    web_acl_arn: NotRequired[pulumi.Input[str]]
    """The regional AWS WAF web ACL that requests pass. Default: none."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """Tags of the service, besides those that name it and its stack."""
    hold: NotRequired[HoldArgs]
    """What a service that is there keeps for now. Default: nothing."""


def check(args: AppRunnerServiceArgs, label: checks.Label = _ARGUMENT) -> str:
    """Every rule that concerns the service itself, not the network.

    Returns:
        Where what runs comes from: `ECR`, `ECR_PUBLIC` or `CODE`.

    Raises:
        ArgumentError: for the first argument that breaks one.
    """
    app_runner_rules.service_name(label("service_name"), args["service_name"])
    origin = app_runner_source.check(args, label)
    if "port" in args:
        checks.between(label("port"), args["port"], 1, 65535)
    app_runner_rules.size(label, args.get("cpu"), args.get("memory"))
    app_runner_rules.variables(label, args.get("environment", {}), args.get("secrets", {}))
    _check_health(args, label)
    _check_settings(args, label)
    custom_domains.check(label, args.get("custom_domains", []))
    checks.arns(label("policy_arns"), args.get("policy_arns", []), "iam", "policy")
    checks.arns(label("kms_key_arns"), args.get("kms_key_arns", []), "kms", "key")
    checks.distinct(label("destinations"), [to.get("name") for to in args["destinations"]], 0, 60)
    opened: dict[tuple[str, Optional[int]], int] = {}
    for position, to in enumerate(args["destinations"]):
        _check_destination(to, of_destination(label, position))
        twin = opened.setdefault((target(to), to.get("port")), position)
        if twin != position:
            checks.refuse(
                label(f"destinations[{position}]"),
                to["name"],
                f"it opens what {args['destinations'][twin]['name']!r}, destinations[{twin}], opens already",
                "leave out one of the two",
            )
    return origin


def _check_health(args: AppRunnerServiceArgs, label: checks.Label) -> None:
    health = args.get("health_check", {})
    checks.keys(lambda key: label(f"health_check.{key}"), health, HealthCheckArgs.__annotations__)
    for name, value in health.items():
        if name == "protocol":
            checks.one_of(label("health_check.protocol"), value, ("TCP", "HTTP"))
        else:
            checks.between(label(f"health_check.{name}"), value, 1, 20)
    if "health_check_path" not in args:
        return
    path = label("health_check_path")
    checks.matches(path, args["health_check_path"], r"/\S*", "it must start with '/'", "use '/health'")
    if health.get("protocol") == "TCP":
        checks.refuse(
            label("health_check.protocol"),
            "TCP",
            f"{path} is {args['health_check_path']!r}, and a TCP check asks for no path",
            "leave out one of the two",
        )


def _check_settings(args: AppRunnerServiceArgs, label: checks.Label) -> None:
    """What is passed on to App Runner ("CreateService", AWS App Runner API Reference)."""
    tags = args.get("tags", {})
    if len(tags) > _MOST_TAGS:
        rule = f"AWS allows 50 tags, and {len(_TAGS_OF_STACK)} of them are the stack's"
        checks.refuse(label("tags"), f"{len(tags)} tags", rule, f"leave {_MOST_TAGS}")
    for name, tag in tags.items():
        if name.lower().startswith("aws:") or not 1 <= len(name) <= _LONGEST_TAG_KEY:
            rule = f"a tag's key has 1 to {_LONGEST_TAG_KEY} characters, and does not start with 'aws:'"
            checks.refuse(label("tags"), name, rule, "rename it")
        if name in _TAGS_OF_STACK:
            checks.refuse(label("tags"), name, "the stack sets this tag itself", "leave it out")
        if len(checks.known(tag) or "") > _LONGEST_TAG:
            rule = f"the value of a tag has at most {_LONGEST_TAG} characters"
            checks.refuse(label(f"tags.{name}"), tag, rule, "shorten it")
        if not isinstance(tag, (str, pulumi.Output)):
            checks.refuse(label(f"tags.{name}"), tag, "the value of a tag is text", f"write {str(tag)!r}")
    if "ip_address_type" in args:
        checks.one_of(label("ip_address_type"), args["ip_address_type"], ("IPV4", "DUAL_STACK"))
    for argument, service, resource in (
        ("instance_role_arn", "iam", "role"),
        ("access_role_arn", "iam", "role"),
        ("auto_scaling_configuration_arn", "apprunner", "autoscalingconfiguration"),
        ("observability_configuration_arn", "apprunner", "observabilityconfiguration"),
        ("encryption_kms_key_arn", "kms", "key"),
        ("web_acl_arn", "wafv2", "regional/webacl"),
    ):
        value = checks.known(args.get(argument))
        if value is not None and value != _NO_ARN.get(argument):
            checks.arn(label(argument), value, service, resource)


def named_role(given: Optional[pulumi.Input[str]]) -> Optional[pulumi.Input[str]]:
    """The role that an argument names; `None` where it asks for a new one, or for none."""
    return None if checks.known(given) == NEW else given


def of_destination(label: checks.Label, position: int) -> checks.Label:
    """The label of a key of one of the destinations."""
    return lambda argument: label(f"destinations[{position}].{argument}")


def target(to: DestinationArgs) -> str:
    """What a destination leads to: its group or block where that is known already, else its name."""
    group, block = checks.known(to.get("security_group_id")), checks.known(to.get("cidr_block"))
    return group or (str(checks.network("cidr_block", block)).replace("/", "-") if block else to["name"])


def _check_destination(args: DestinationArgs, label: checks.Label) -> None:
    checks.keys(label, args, DestinationArgs.__annotations__, DestinationArgs.__required_keys__)
    checks.matches(label("name"), args["name"], r"[^\s].{0,99}", "it must be a short text", "use 'database'")
    kind = checks.exactly_one(label, args, ("security_group_id", "cidr_block"))
    leads_to = args.get(kind)
    if "port" in args and kind == "cidr_block":
        checks.port(label("port"), args["port"])
    elif "port" in args:  # Within a VPC AWS blocks no port.
        checks.between(label("port"), args["port"], 1, 65535)
    if isinstance(leads_to, pulumi.Output):
        return
    if kind == "cidr_block":
        checks.network(label(kind), str(leads_to))
    else:
        checks.resource_id(label(kind), leads_to, "sg")
