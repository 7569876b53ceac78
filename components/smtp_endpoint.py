"""SES without the internet: an interface VPC endpoint for SMTP."""

from typing import Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from .helpers import checks, subnets
from .helpers.component import Component, ownership, received
from .helpers.lookup import Account, Endpoint
from .helpers.security_group_rules import allow
from .helpers.ses import SMTP_PORTS, smtp_host, smtp_service
from .helpers.subnets import SubnetArgs
from .helpers.zones import offering

_ARGUMENT = checks.of("SmtpEndpoint")


class SmtpEndpointArgs(TypedDict):
    """Where the endpoint is, and who may use it."""

    vpc_id: pulumi.Input[str]
    """The VPC; its DNS support and DNS hostnames must be on."""
    subnets: list[SubnetArgs]
    """The subnets to choose from: of each zone that offers the service, the first one is taken."""
    adopt: NotRequired[bool]
    """Whether to use the endpoint that is there: its group only gains rules for clients. Default: false."""
    port: NotRequired[int]
    """The port that clients use: 465, 587, 2465 or 2587. Default: 587."""
    client_cidr_blocks: NotRequired[list[str]]
    """IPv4 blocks to let in on every SMTP port, before a new endpoint takes SES's host over from NAT."""
    client_security_group_ids: NotRequired[list[pulumi.Input[str]]]
    """Groups to let in that exist already. An `AppRunnerService` lets itself in by its `destinations`."""


class SmtpEndpoint(Component):
    """An interface endpoint for SES SMTP with private DNS, and its security group.

    The group lets nobody in but its clients. A new one answers to SES's host in the whole VPC, also to those
    who have sent to it through NAT: they are clients too. Subnets in zones that do not offer the service
    are left out, and named in `left_out`. It carries SMTP only, not the SES API.
    """

    endpoint_id: pulumi.Output[str]
    """The id of the endpoint."""
    security_group_id: pulumi.Output[str]
    """The endpoint's security group, which a client must be let into."""
    dns_names: pulumi.Output[list[str]]
    """The endpoint's own DNS names."""
    host: pulumi.Output[str]
    """The SMTP host for clients, such as `email-smtp.us-east-1.amazonaws.com`."""
    port: pulumi.Output[int]
    """The SMTP port for clients."""
    left_out: pulumi.Output[list[str]]
    """The subnets that the endpoint is not in, and why."""

    def __init__(
        self, name: str, args: SmtpEndpointArgs, opts: Optional[pulumi.ResourceOptions] = None
    ) -> None:
        args = received(args)
        checks.keys(_ARGUMENT, args, SmtpEndpointArgs.__annotations__, SmtpEndpointArgs.__required_keys__)
        port = checks.one_of(_ARGUMENT("port"), args.get("port", 587), SMTP_PORTS)
        subnets.check(_ARGUMENT("subnets"), args["subnets"])
        for position, block in enumerate(args.get("client_cidr_blocks", [])):
            checks.network(_ARGUMENT(f"client_cidr_blocks[{position}]"), block)
        account = Account(opts)
        region = account.region()
        service = smtp_service(region)
        self.host = pulumi.Output.from_input(smtp_host(region))
        self.port = pulumi.Output.from_input(port)
        existing = look(args["vpc_id"], account, adopts=args.get("adopt", False))
        if existing is not None:
            super().__init__(name, opts)
            self._use(existing, name, args, port)
            return
        selection = offering(args["subnets"], account.zones_offering(service), service)
        if not selection.chosen:
            checks.refuse(
                _ARGUMENT("subnets"),
                [subnet["availability_zone"] for subnet in args["subnets"]],
                f"{service} is offered in none of these zones",
                "add a subnet in a zone that offers it",
            )
        super().__init__(name, opts)
        self.adopted_group_id: Optional[str] = None
        for line in selection.left_out:
            pulumi.log.info(f"the SMTP endpoint leaves out {line}", self)
        group = aws.ec2.SecurityGroup(
            name,
            description="SES SMTP endpoint: only its clients may connect",
            vpc_id=args["vpc_id"],
            tags=ownership(name),
            opts=self._child(),
        )
        let_in = [
            self._let_in_block(f"{name}-{block.replace('/', '-')}-{smtp_port}", group.id, block, smtp_port)
            for block in args.get("client_cidr_blocks", [])
            for smtp_port in SMTP_PORTS
        ]
        endpoint = aws.ec2.VpcEndpoint(
            name,
            vpc_id=args["vpc_id"],
            service_name=service,
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=[subnet["id"] for subnet in selection.chosen],
            security_group_ids=[group.id],
            tags=ownership(name),
            opts=self._child(*let_in),
        )
        self.endpoint_id = endpoint.id
        self.dns_names = endpoint.dns_entries.apply(
            lambda entries: [entry.dns_name or "" for entry in entries]
        )
        self.left_out = pulumi.Output.from_input(selection.left_out)
        self._let_in(group.id, name, args, port)

    def _use(self, existing: Endpoint, name: str, args: SmtpEndpointArgs, port: int) -> None:
        """Use an endpoint that is there."""
        self.adopted_group_id = existing.group_ids[0]
        self.endpoint_id = pulumi.Output.from_input(existing.id)
        self.dns_names = pulumi.Output.from_input(existing.dns_names)
        self.left_out = pulumi.Output.from_input(list[str]())
        self._let_in(pulumi.Output.from_input(self.adopted_group_id), name, args, port)

    def _let_in_block(
        self, name: str, group_id: pulumi.Output[str], block: str, port: int
    ) -> aws.vpc.SecurityGroupIngressRule:
        return aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=group_id,
            cidr_ipv4=block,
            tags=ownership(name),
            opts=self._child(),
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )

    def _let_in(self, group_id: pulumi.Output[str], name: str, args: SmtpEndpointArgs, port: int) -> None:
        """Let the clients into the endpoint's group."""
        for position, client in enumerate(args.get("client_security_group_ids") or []):
            allow(f"{name}-client-{position}", self._child(), client, port, group_id=group_id)
        self.security_group_id = group_id
        self._publish()


def look(vpc_id: pulumi.Input[str], account: Account, *, adopts: bool) -> Optional[Endpoint]:
    """The endpoint to adopt, if one is to be.

    Raises:
        ArgumentError: something in AWS is in the way, or missing.
    """
    _require_dns(vpc_id, account)
    known = checks.known(vpc_id)
    existing = account.endpoint(known, smtp_service(account.region())) if known else None
    if adopts:
        return _adoptable(known, existing)
    _require_own(known, existing)
    return None


def _adoptable(vpc_id: Optional[str], existing: Optional[Endpoint]) -> Endpoint:
    """The endpoint to adopt.

    Raises:
        ArgumentError: there is none, it is this stack's own, or it does not answer to SES's host.
    """
    if existing is None or not existing.private_dns:
        checks.refuse(
            _ARGUMENT("vpc_id"),
            vpc_id,
            f"{existing.id} has private DNS off" if existing else "it has no SMTP endpoint to adopt",
            f"do not adopt it by {_ARGUMENT('adopt')}",
        )
    checks.not_own(_ARGUMENT("adopt"), existing.id, existing.is_own)
    return existing


def _require_own(vpc_id: Optional[str], existing: Optional[Endpoint]) -> None:
    """The VPC has no other endpoint that answers to SES's host.

    Raises:
        ArgumentError: it has one, and two cannot share a private DNS name (AWS PrivateLink Guide, "Manage DNS
            names for VPC endpoint services").
    """
    if existing is not None and not existing.is_own and existing.private_dns:
        checks.refuse(
            _ARGUMENT("vpc_id"),
            vpc_id,
            f"{existing.id} answers to SES's SMTP host there already, and this stack has not created it",
            f"adopt it by {_ARGUMENT('adopt')}, to use it as it is",
        )


def _require_dns(vpc_id: pulumi.Input[str], account: Account) -> None:
    """The VPC resolves private names, where it exists already and can be looked up."""
    known = checks.known(vpc_id)
    if known is None:
        return
    vpc = account.vpc(known)
    if vpc is None:
        checks.refuse(
            _ARGUMENT("vpc_id"), known, f"{account.region()} has no such VPC", "look at the id and the region"
        )
    for attribute, on in (("dns-support", vpc.dns_support), ("dns-hostnames", vpc.dns_hostnames)):
        if not on:
            checks.refuse(
                _ARGUMENT("vpc_id"),
                known,
                f"private DNS of the endpoint needs enable-{attribute} of the VPC",
                f"run: aws ec2 modify-vpc-attribute --vpc-id {known} --enable-{attribute}",
            )
