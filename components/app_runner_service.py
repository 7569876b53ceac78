"""The workload: an App Runner service behind a VPC connector, with no more rights than it needs."""

import json
from collections.abc import Sequence
from typing import Any, Optional

import pulumi
import pulumi_aws as aws

from .helpers import app_runner_settings, checks, custom_domains
from .helpers.app_runner_args import NEW, AppRunnerServiceArgs, check, named_role, of_destination, target
from .helpers.app_runner_deployment import confirmed, require_roles
from .helpers.app_runner_rules import ECR
from .helpers.app_runner_source import CODE
from .helpers.component import Component, digest, ownership, received
from .helpers.dns_records import DnsRecord
from .helpers.iam_documents import read_secrets, trust
from .helpers.lookup import Account
from .helpers.security_group_rules import allow

_ECR_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSAppRunnerServicePolicyForECRAccess"
_LONGEST_CONNECTOR_NAME = 40
_OF_ACCOUNT = (
    "instance_role_arn",
    "access_role_arn",
    "auto_scaling_configuration_arn",
    "observability_configuration_arn",
    "web_acl_arn",
)
"""What App Runner and AWS WAF take of the service's own account alone."""

_ARGUMENT = checks.of("AppRunnerService")


class AppRunnerService(Component):
    """An App Runner service whose outbound traffic goes through a VPC connector of its own.

    What it depends on (`depends_on`) is there before the service is changed, and goes after it: give it the
    path of its mail. Its instance role reads just its secrets; its security group lets out just what its
    `destinations` name. A service that exists is taken over by
    `pulumi import aws:apprunner/service:Service NAME ARN`, with the component's name; what the
    arguments do not say of it stays as it is.
    """

    service_arn: pulumi.Output[str]
    """The ARN of the service."""
    service_url: pulumi.Output[str]
    """The URL of the service, with `https://`; empty where App Runner shows none."""
    vpc_connector_arn: pulumi.Output[str]
    """The ARN of the VPC connector."""
    security_group_id: pulumi.Output[str]
    """The security group of the service's outbound traffic."""
    instance_role_arn: pulumi.Output[str]
    """The role that the application runs with."""
    records_to_publish: pulumi.Output[list[DnsRecord]]
    """The DNS records of custom domains that are still to be published by hand."""

    def __init__(
        self, name: str, args: AppRunnerServiceArgs, opts: Optional[pulumi.ResourceOptions] = None
    ) -> None:
        args = received(args)
        checks.keys(
            _ARGUMENT,
            args,
            AppRunnerServiceArgs.__annotations__,
            AppRunnerServiceArgs.__required_keys__,
        )
        if isinstance(args["subnet_ids"], list):
            checks.distinct(_ARGUMENT("subnet_ids"), args["subnet_ids"])
        origin, account = check(args), Account(opts)
        look(args, account)
        is_own_image = _is_own_image(args, origin, account)
        super().__init__(name, opts)
        instance_role_arn, rights = self._instance_role(name, args)
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
                # By its target: to rename a destination adds no second rule beside the one that is there.
                f"{name}-{target(to)}",
                self._child(),
                group.id,
                to.get("port"),
                group_id=to.get("security_group_id"),
                cidr_block=to.get("cidr_block"),
                title=f"{name}-{to['name']}",
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
        access_role_arn, access = self._access_role(name, args, origin)
        service = aws.apprunner.Service(
            name,
            service_name=args["service_name"],
            source_configuration=app_runner_settings.source(args, origin, access_role_arn, is_own_image),
            instance_configuration=app_runner_settings.instance(args, instance_role_arn),
            health_check_configuration=app_runner_settings.health_check(args),
            network_configuration=app_runner_settings.network(args, connector.arn),
            observability_configuration=app_runner_settings.observability(args),
            auto_scaling_configuration_arn=args.get("auto_scaling_configuration_arn"),
            encryption_configuration=app_runner_settings.encryption(args),
            tags={**args.get("tags", {}), **ownership(name)},
            opts=pulumi.ResourceOptions.merge(
                self._child(*rights, *rules, *access),
                pulumi.ResourceOptions(
                    aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)],
                    protect=args.get("protect", False),
                    ignore_changes=app_runner_settings.left_as_it_is(args, origin),
                ),
            ),
        )
        domains = args.get("custom_domains", [])
        self.records_to_publish = custom_domains.associate(name, domains, service, account, self._child())
        if "web_acl_arn" in args:
            self._protect_by_web_acl(name, service.arn, args["web_acl_arn"])
        running = pulumi.Output.all(
            require_roles(_ARGUMENT, args, origin, service, instance_role_arn),
            confirmed(args, service, connector.arn, instance_role_arn),
        )
        self.service_arn = running.apply(lambda _: service.arn)
        self.service_url = running.apply(
            lambda _: service.service_url.apply(lambda host: f"https://{host}" if host else "")
        )
        self.vpc_connector_arn = connector.arn
        self.security_group_id = group.id
        self.instance_role_arn = instance_role_arn
        self._publish()

    def _instance_role(
        self, name: str, args: AppRunnerServiceArgs
    ) -> tuple[pulumi.Output[str], list[pulumi.Resource]]:
        """The role that the application runs with, and the rights that it must have before it starts."""
        if named := named_role(args.get("instance_role_arn")):
            role_arn = pulumi.Output.from_input(named)
            role_name = role_arn.apply(lambda arn: arn.rpartition("/")[2])
        else:
            role = aws.iam.Role(
                f"{name}-instance",
                assume_role_policy=json.dumps(trust("tasks.apprunner.amazonaws.com")),
                tags=ownership(f"{name}-instance"),
                opts=self._child(),
            )
            role_arn, role_name = role.arn, role.name
        # Named by what it attaches: one that took over another one's policy would detach it at the end.
        attached = {
            digest([checks.known(arn) or str(position)]): arn
            for position, arn in enumerate(args.get("policy_arns", []))
        }
        rights: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-instance-{name_part}", role=role_name, policy_arn=arn, opts=self._child()
            )
            for name_part, arn in attached.items()
        ]
        secrets = args.get("secrets", {})
        if secrets:
            # A name that changes with the secrets that the program names: the right to read the old ones goes
            # only after the service has taken the new ones.
            known = sorted(f"{variable}={checks.known(reference)}" for variable, reference in secrets.items())
            policy = pulumi.Output.all(list(secrets.values()), args.get("kms_key_arns", [])).apply(
                lambda parts: json.dumps(read_secrets(*parts))
            )
            rights.append(
                aws.iam.RolePolicy(
                    f"{name}-secrets-{digest(known)}", role=role_name, policy=policy, opts=self._child()
                )
            )
        return role_arn, rights

    def _access_role(
        self, name: str, args: AppRunnerServiceArgs, origin: str
    ) -> tuple[Optional[pulumi.Input[str]], list[pulumi.Resource]]:
        """The role that pulls a private image, and its right.

        It is there too where the arguments name no image: the service may still run one that they once named.
        """
        if named := named_role(args.get("access_role_arn")):
            return named, []
        if origin == CODE or (origin != ECR and "image" in args):
            return None, []
        role = aws.iam.Role(
            f"{name}-access",
            assume_role_policy=json.dumps(trust("build.apprunner.amazonaws.com")),
            tags=ownership(f"{name}-access"),
            opts=self._child(),
        )
        pull = aws.iam.RolePolicyAttachment(
            f"{name}-access", role=role.name, policy_arn=_ECR_ACCESS, opts=self._child()
        )
        return role.arn, [pull]

    def _protect_by_web_acl(
        self, name: str, service_arn: pulumi.Output[str], web_acl_arn: pulumi.Input[str]
    ) -> None:
        """Have requests pass a web ACL.

        A service has one, and to take an old association away takes whichever is there ("DisassociateWebACL",
        AWS WAFV2 API Reference): the old one goes first.
        """
        aws.wafv2.WebAclAssociation(
            name,
            resource_arn=service_arn,
            web_acl_arn=web_acl_arn,
            opts=pulumi.ResourceOptions.merge(
                self._child(), pulumi.ResourceOptions(delete_before_replace=True)
            ),
        )


def _is_own_image(args: AppRunnerServiceArgs, origin: str, account: Account) -> bool:
    """Whether a private image is in the account's own registry, as far as that is known."""
    image = checks.known(args.get("image"))
    if origin != ECR or image is None or "auto_deploy" in args:
        return True
    return image.startswith(f"{account.id()}.")


def look(args: AppRunnerServiceArgs, account: Account) -> None:
    """What is known already is there, in the service's region and account.

    Raises:
        ArgumentError: something is not.
    """
    of_account: tuple[tuple[str, Any], ...] = (
        *((each, args.get(each)) for each in _OF_ACCOUNT),
        ("source_code.connection_arn", args.get("source_code", {}).get("connection_arn")),
    )
    for argument, given in of_account:
        arn = checks.known(given)
        if arn and arn != NEW:
            checks.in_reach(_ARGUMENT(argument), arn, account.region(), account.id())
    if key := checks.known(args.get("encryption_kms_key_arn")):
        checks.in_reach(_ARGUMENT("encryption_kms_key_arn"), key, account.region())
    image = checks.known(args.get("image"))
    if image and args.get("auto_deploy") and not image.startswith(f"{account.id()}."):
        rule = f"App Runner does not watch images of other accounts, such as {image}"
        checks.refuse(_ARGUMENT("auto_deploy"), True, rule, "set it to false")
    for argument in ("instance_role_arn", "access_role_arn"):
        role_arn = checks.known(args.get(argument))
        if role_arn and role_arn != NEW and not account.has_role(role_arn):
            checks.refuse(_ARGUMENT(argument), role_arn, "there is no such role", "look at its name")
    for position, to in enumerate(args["destinations"]):
        group_id = checks.known(to.get("security_group_id"))
        if group_id is not None and not account.has_security_group(group_id):
            checks.refuse(
                of_destination(_ARGUMENT, position)("security_group_id"),
                group_id,
                f"{account.region()} has no such security group",
                "look at the id and the region",
            )


def import_command(name: str, service_name: str, region: str) -> str:
    """How a service that exists already becomes the one of the component `name`, before the first `up`.

    It is imported outside of the component, where it goes with the `up` that follows.
    """
    arn = (
        f"aws apprunner list-services --region {region} --output text "
        f"--query \"ServiceSummaryList[?ServiceName=='{service_name}'].ServiceArn\""
    )
    return f"pulumi import aws:apprunner/service:Service {name} $({arn})"


def _connector_name(
    service_name: str, subnet_ids: pulumi.Input[list[pulumi.Input[str]]], group_id: pulumi.Input[str]
) -> pulumi.Output[str]:
    """A name that changes with what cannot be changed: the new connector exists beside the old one."""

    def named(parts: Sequence[Any]) -> str:
        subnets, group = parts
        return f"{service_name[: _LONGEST_CONNECTOR_NAME - 9]}-{digest([*sorted(subnets), group])}"

    return pulumi.Output.all(subnet_ids, group_id).apply(named)
