"""What the account already holds: the only place that asks AWS, before anything is registered."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Optional, TypeVar

import pulumi
import pulumi_aws as aws
from typing_extensions import ParamSpec

from .checks import ArgumentError
from .component import ownership, stack_tags

DEFAULT_ROUTE = "0.0.0.0/0"
_WILDCARD = r"(\*|\\052)"
"""How Route 53 writes the name of a wildcard record ("DNS domain name format", its Developer Guide)."""
_NOT_FOUND = ("couldn't find resource", "no matching", "NotFound", "NoSuch")
"""What pulumi-aws says of something that AWS does not have."""
T = TypeVar("T")
P = ParamSpec("P")
_DESTINATIONS = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
_TARGETS = (
    "gateway_id",
    "nat_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "vpc_endpoint_id",
    "network_interface_id",
    "instance_id",
    "egress_only_gateway_id",
    "carrier_gateway_id",
    "local_gateway_id",
    "core_network_arn",
)


@dataclass(frozen=True)
class Vpc:
    """A VPC, its IPv4 blocks, and the two attributes that private DNS of an endpoint needs."""

    id: str
    cidr_blocks: list[str]
    dns_support: bool
    dns_hostnames: bool


@dataclass(frozen=True)
class RouteTable:
    """A route table.

    Attributes:
        is_own: whether this very stack manages it.
        subnet_ids: the subnets that are associated with it explicitly.
        routes: destination -> target, without the local ones.
    """

    id: str
    is_main: bool
    is_own: bool
    subnet_ids: frozenset[str]
    routes: Mapping[str, str]

    @property
    def is_public(self) -> bool:
        """Whether its default route leads to an internet gateway."""
        return self.routes.get(DEFAULT_ROUTE, "").startswith("igw-")


@dataclass(frozen=True)
class EmailIdentity:
    """A SES identity.

    Attributes:
        is_own: whether this very stack manages it.
        may_send: whether SES has verified it.
        dkim_tokens: those of Easy DKIM, of which the names and values of its records are made.
    """

    arn: str
    is_own: bool
    may_send: bool
    dkim_tokens: list[str]


@dataclass(frozen=True)
class Endpoint:
    """An interface VPC endpoint.

    Attributes:
        is_own: whether this very stack manages it.
        private_dns: whether it answers to the service's own host name.
    """

    id: str
    is_own: bool
    private_dns: bool
    group_ids: list[str]
    dns_names: list[str]


@dataclass(frozen=True)
class Record:
    """A DNS record: its whole name without the trailing dot, and its values without quotes.

    Attributes:
        ttl: in seconds; 0 for an alias.
        alias: the name that it is an alias of; empty where it is none.
    """

    name: str
    type: str
    ttl: int
    values: list[str]
    alias: str


Answers = dict[tuple[str, str], Any]
"""What an account has answered, by question and arguments."""
_READ: ContextVar[Optional[Answers]] = ContextVar("read", default=None)


def read_once() -> None:
    """Have this program ask the account of its default provider for each thing once.

    What is read twice, before anything is registered and by a component later, could disagree.
    """
    _READ.set({})


def _once(ask: Callable[Concatenate["Account", P], T]) -> Callable[Concatenate["Account", P], T]:
    """A question to an account, whose answer it keeps."""

    @wraps(ask)
    def answer(account: "Account", /, *args: P.args, **kwargs: P.kwargs) -> T:
        question = (ask.__name__, repr((args, kwargs)))
        if question not in account.read:
            account.read[question] = ask(account, *args, **kwargs)
        found: T = account.read[question]
        return found

    return answer


class Account:
    """The account and region that a component's provider works in.

    It is asked for each thing once, and so are all accounts together that use the default provider, where the
    program has said `read_once`. Every method raises the SDK's `Exception` where AWS does not answer and,
    unless it says otherwise, where AWS has no such thing.
    """

    def __init__(self, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        self._opts = _invoke_options(opts or pulumi.ResourceOptions())
        shared = _READ.get() if self._opts.provider is self._opts.parent is None else None
        self.read: Answers = {} if shared is None else shared

    @_once
    def region(self) -> str:
        """The name of the region, such as `us-east-1`."""
        return aws.get_region(opts=self._opts).region

    @_once
    def id(self) -> str:
        """The number of the account, twelve digits."""
        return aws.get_caller_identity(opts=self._opts).account_id

    @_once
    def app_runner_zone(self) -> str:
        """The zone of the targets that App Runner gives to custom domains, for alias records to them."""
        return aws.apprunner.get_hosted_zone_id(opts=self._opts).id

    @_once
    def zones(self) -> list[str]:
        """The names of the zones that are there without opting in, no Local Zones among them."""
        ordinary: list[aws.GetAvailabilityZonesFilterArgsDict] = [
            {"name": "opt-in-status", "values": ["opt-in-not-required"]}
        ]
        return list(aws.get_availability_zones(state="available", filters=ordinary, opts=self._opts).names)

    @_once
    def zones_offering(self, service: str) -> frozenset[str]:
        """The names of the zones in which the AWS service `service` has interface endpoints."""
        return frozenset(
            aws.ec2.get_vpc_endpoint_service(
                service_name=service, service_type="Interface", opts=self._opts
            ).availability_zones
        )

    @_once
    def vpc(self, vpc_id: str) -> Optional[Vpc]:
        """The VPC with this id; `None` where the region has none such."""
        found = _found(lambda: aws.ec2.get_vpc(id=vpc_id, opts=self._opts))
        if found is None:
            return None
        blocks = [a.cidr_block for a in found.cidr_block_associations or [] if a.state == "associated"]
        return Vpc(
            vpc_id,
            blocks or [found.cidr_block],
            dns_support=found.enable_dns_support,
            dns_hostnames=found.enable_dns_hostnames,
        )

    @_once
    def zone_of(self, subnet_id: str) -> str:
        """The name of the zone that a subnet is in."""
        return aws.ec2.get_subnet(id=subnet_id, opts=self._opts).availability_zone

    @_once
    def vpc_ids(self, tags: dict[str, str]) -> list[str]:
        """The ids of the VPCs with these tags, sorted."""
        return sorted(aws.ec2.get_vpcs(tags=tags, opts=self._opts).ids)

    @_once
    def subnet_ids(self, vpc_id: str, tags: Optional[dict[str, str]] = None) -> list[str]:
        """The ids of the subnets of a VPC, or of those with these tags, sorted."""
        of_vpc: list[aws.ec2.GetSubnetsFilterArgsDict] = [{"name": "vpc-id", "values": [vpc_id]}]
        return sorted(aws.ec2.get_subnets(filters=of_vpc, tags=tags, opts=self._opts).ids)

    @_once
    def own_subnet_block(self, name: str) -> Optional[str]:
        """The IPv4 block of the subnet that this very stack calls `name`, by its tags; `None` for none."""
        ids = sorted(aws.ec2.get_subnets(tags=ownership(name), opts=self._opts).ids)
        return aws.ec2.get_subnet(id=ids[0], opts=self._opts).cidr_block if ids else None

    @_once
    def route_table(self, route_table_id: str) -> RouteTable:
        """The route table with this id."""
        found = aws.ec2.get_route_table(route_table_id=route_table_id, opts=self._opts)
        routes = {_first(route, _DESTINATIONS): _first(route, _TARGETS) for route in found.routes}
        return RouteTable(
            route_table_id,
            is_main=any(association.main for association in found.associations),
            is_own=_is_own(found.tags),
            subnet_ids=frozenset(a.subnet_id for a in found.associations if a.subnet_id),
            routes={block: target for block, target in routes.items() if target != "local"},
        )

    @_once
    def route_tables(self, vpc_id: str) -> list[RouteTable]:
        """All route tables of a VPC, by id."""
        ids = aws.ec2.get_route_tables(vpc_id=vpc_id, opts=self._opts).ids
        return [self.route_table(route_table_id) for route_table_id in sorted(ids)]

    @_once
    def own_nat_gateways(self, name: Optional[str] = None) -> list[str]:
        """The ids of the NAT gateways that this very stack has, or calls `name`, by their tags.

        AWS shows deleted ones for about an hour (Amazon VPC User Guide, "Work with NAT gateways").
        """
        there: list[aws.ec2.GetNatGatewaysFilterArgsDict] = [
            {"name": "state", "values": ["pending", "available"]}
        ]
        tags = ownership(name) if name else stack_tags()
        return sorted(aws.ec2.get_nat_gateways(filters=there, tags=tags, opts=self._opts).ids)

    @_once
    def own_security_groups(self, name: str) -> list[str]:
        """The ids of the security groups that this very stack calls `name`, by their tags."""
        return sorted(aws.ec2.get_security_groups(tags=ownership(name), opts=self._opts).ids)

    @_once
    def has_security_group(self, group_id: str) -> bool:
        """Whether there is a security group with this id."""
        return _found(lambda: aws.ec2.get_security_group(id=group_id, opts=self._opts)) is not None

    @_once
    def public_zone(self, zone_name: str) -> Optional[str]:
        """The id of the public Route 53 zone of this name; `None` where there is none."""
        ask = aws.route53.get_zone
        several = (
            f"Route 53 has several public hosted zones called {zone_name}: give the zone id of the one in use"
        )
        found = _found(lambda: ask(name=zone_name, private_zone=False, opts=self._opts), several)
        return found.zone_id if found else None

    @_once
    def zone_name(self, zone_id: str) -> Optional[str]:
        """The name of the Route 53 zone with this id; `None` where there is none."""
        found = _found(lambda: aws.route53.get_zone(zone_id=zone_id, opts=self._opts))
        return found.name.rstrip(".") if found else None

    @_once
    def email_identity(self, name: str) -> Optional[EmailIdentity]:
        """The SES identity of a domain; `None` where there is none."""
        found = _found(lambda: aws.sesv2.get_email_identity(email_identity=name, opts=self._opts))
        if found is None:
            return None
        tokens = [token for each in found.dkim_signing_attributes for token in each.tokens]
        return EmailIdentity(found.arn, _is_own(found.tags), found.verified_for_sending_status, tokens)

    @_once
    def has_configuration_set(self, name: str) -> bool:
        """Whether SES has a configuration set of this name."""
        ask = aws.sesv2.get_configuration_set
        return _found(lambda: ask(configuration_set_name=name, opts=self._opts)) is not None

    @_once
    def has_role(self, arn: str) -> bool:
        """Whether there is an IAM role with the name of this ARN."""
        name = arn.rpartition("/")[2]
        return _found(lambda: aws.iam.get_role(name=name, opts=self._opts)) is not None

    @_once
    def endpoint(self, vpc_id: str, service: str) -> Optional[Endpoint]:
        """The endpoint for `service` in a VPC, this stack's own one first; `None` where there is none."""

        def one(tags: Optional[dict[str, str]]) -> Optional[aws.ec2.GetVpcEndpointResult]:
            ask = aws.ec2.get_vpc_endpoint
            several = f"{vpc_id} has several endpoints for {service}: delete those that have private DNS off"
            return _found(
                lambda: ask(vpc_id=vpc_id, service_name=service, tags=tags, opts=self._opts), several
            )

        found = one(stack_tags()) or one(None)
        if found is None:
            return None
        return Endpoint(
            found.id,
            _is_own(found.tags),
            found.private_dns_enabled,
            list(found.security_group_ids),
            [entry.dns_name for entry in found.dns_entries],
        )

    @_once
    def nat_gateway_address(self, nat_gateway_id: str) -> str:
        """The public address of a NAT gateway."""
        return aws.ec2.get_nat_gateway(id=nat_gateway_id, opts=self._opts).public_ip

    @_once
    def nat_gateway_subnet(self, nat_gateway_id: str) -> str:
        """The id of the subnet of a NAT gateway that is in one."""
        return aws.ec2.get_nat_gateway(id=nat_gateway_id, opts=self._opts).subnet_id

    @_once
    def nat_gateway_vpc(self, nat_gateway_id: str) -> str:
        """The id of the VPC of a NAT gateway."""
        return aws.ec2.get_nat_gateway(id=nat_gateway_id, opts=self._opts).vpc_id

    @_once
    def records(self, zone_id: str, names: Sequence[str]) -> list[Record]:
        """The records of these names in a hosted zone."""
        pattern = "|".join(re.escape(name).replace(r"\*", _WILDCARD) for name in names)
        found = aws.route53.get_records(zone_id=zone_id, name_regex=rf"^({pattern})\.?$", opts=self._opts)
        return [
            Record(
                each.name.rstrip(".").replace(r"\052", "*"),
                each.type,
                each.ttl or 0,
                [record.value.strip('"') for record in each.resource_records or ()],
                each.alias_target.dns_name if each.alias_target else "",
            )
            for each in found.resource_record_sets
        ]


def _is_own(tags: Optional[Mapping[str, str]]) -> bool:
    return stack_tags().items() <= (tags or {}).items()


def _found(ask: Callable[[], T], several: str = "") -> Optional[T]:
    """What is asked for; `None` where AWS says that it has none such.

    Args:
        several: what to say where there are several.

    Raises:
        ArgumentError: there are.
    """
    try:
        return ask()
    except Exception as error:
        if several and "multiple" in str(error):
            raise ArgumentError(several) from None
        if any(text in str(error) for text in _NOT_FOUND):
            return None
        raise


def _first(route: object, names: Sequence[str]) -> str:
    """The one of the attributes that is set: a route has one destination and one target."""
    return next((value for name in names if (value := getattr(route, name, None))), "")


def _invoke_options(opts: pulumi.ResourceOptions) -> pulumi.InvokeOptions:
    """Ask through the provider that the component's resources will use."""
    given = opts.providers or ()
    providers = [opts.provider, *(given.values() if isinstance(given, Mapping) else given)]
    provider = next((one for one in providers if one is not None and one.package == "aws"), None)
    return pulumi.InvokeOptions(parent=opts.parent, provider=provider)
