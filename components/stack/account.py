"""What the account has, and what follows of it for a stack, before anything is registered."""

from dataclasses import replace
from typing import Optional

import pulumi

from .. import app_runner_service, email_identity, smtp_credentials, smtp_endpoint
from ..email_identity import EXTERNAL
from ..helpers import checks
from ..helpers.app_runner_args import HoldArgs
from ..helpers.component import stack_tags
from ..helpers.custom_domains import CustomDomainArgs, require_free_hosts
from ..helpers.lookup import Account, Vpc, read_once
from ..network import AdoptNetworkArgs, located
from .mail_path import MAIL_VARIABLES, NAT, SES
from .reader import ENDPOINT, IDENTITY
from .settings import Settings

SERVICE = "service"
"""What the program calls the service, and its security group."""
_OF_SERVICE, _OF_NETWORK = checks.of("AppRunnerService"), checks.of("Network")
_OF_IDENTITY = checks.of("EmailIdentity")
_WITHOUT_NAT = "change it after an update to the route 'ses' alone"


def fit(settings: Settings) -> Settings:
    """The settings for the account as it is: what a component would refuse later is refused here.

    Raises:
        ArgumentError: something is in the way, or missing.
    """
    read_once()
    account = Account()
    adopted = settings.network.get("adopt")
    if adopted is not None:
        location = located(adopted, account)
        by_id: AdoptNetworkArgs = {
            "vpc_id": location.vpc_id,
            "private_subnet_ids": location.private_subnet_ids,
            "public_subnet_ids": location.public_subnet_ids,
        }
        settings = replace(settings, network={"adopt": by_id})
        if SES in settings.paths:
            smtp_endpoint.look(location.vpc_id, account, adopts=ENDPOINT in settings.adopts)
    if settings.identity is not None:
        email_identity.look(settings.identity, account)
    if settings.sender is not None:
        smtp_credentials.look(settings.sender, account)
    app_runner_service.look(settings.service, account)
    settings = _until_verified(_with_zones(settings, account), account)
    _require_same_vpc(settings, account)
    return settings


def _with_zones(settings: Settings, account: Account) -> Settings:
    """The settings, with the hosted zone of each custom domain whose records are in Route 53.

    Raises:
        ArgumentError: a domain is in no zone of the account's, or has a record that is in the way.
    """
    domains = [domain.copy() for domain in settings.service.get("custom_domains", [])]
    for position, domain in enumerate(domains):
        if domain["domain"] in settings.published_domains:
            argument = _OF_SERVICE(f"custom_domains[{position}].domain")
            domain["zone_id"] = _zone_of(argument, domain, account)
    return replace(settings, service={**settings.service, "custom_domains": domains})


def _zone_of(argument: str, domain: CustomDomainArgs, account: Account) -> str:
    """The zone that answers for a domain: the public one with the longest name."""
    labels = domain["domain"].removeprefix("*.").split(".")
    zones = (account.public_zone(".".join(labels[first:])) for first in range(len(labels) - 1))
    zone_id = next(filter(None, zones), None)
    if zone_id is None:
        rule = "Route 53 has no public hosted zone that it is in"
        checks.refuse(argument, domain["domain"], rule, "set its dns to 'external'")
    require_free_hosts(argument, account, zone_id, domain)
    return zone_id


def _until_verified(settings: Settings, account: Account) -> Settings:
    """The settings, with mail as it is as long as SES does not let the domain send.

    With `dns: external` nobody but a person can publish the records, so an update does not wait for them: a
    stack that has NAT gateways keeps them. Without them a service that is there keeps its mail, wherever it
    goes, and a new one cannot send yet. (With `dns: route53` the stack publishes the records itself, and
    `EmailIdentity` waits.)

    Raises:
        ArgumentError: mail would leave the identity that the stack sends by.
    """
    identity = settings.identity
    if settings.mail_path != SES or identity is None or identity.get("dns") != EXTERNAL:
        return settings
    found = None if IDENTITY in settings.adopts else account.email_identity(settings.domain)
    if IDENTITY in settings.adopts or (found is not None and found.may_send):
        return settings
    missing = [
        f"{token}._domainkey.{settings.domain} CNAME {token}.dkim.amazonses.com"
        for token in (found.dkim_tokens if found else ())
    ]
    reason = (
        f"SES has not verified {settings.domain} yet: publish "
        f"{checks.listed(missing) or 'the records that the update prints'}; once SES has found "
        "them, run pulumi up again"
    )
    hold: HoldArgs = {"variables": [*MAIL_VARIABLES], "reason": reason}
    settings = replace(settings, service={**settings.service, "hold": hold})
    if NAT in {*settings.paths, *settings.adopts} or account.own_nat_gateways():
        pulumi.log.warn(f"mail stays on NAT, for {reason}")
        return replace(settings, paths=(NAT, SES), mail_path=NAT)
    if found is None and account.own_security_groups(SERVICE):
        checks.refuse(
            _OF_IDENTITY("domain"),
            settings.domain,
            "SES has no such identity yet, and the service of this stack is there already",
            f"have SES verify it outside of the stack first, and then adopt it by {_OF_IDENTITY('adopt')}",
        )
    pulumi.log.warn(f"a new service cannot send yet, and one that is there keeps its mail, for {reason}")
    return settings


def _require_same_vpc(settings: Settings, account: Account) -> None:
    """NAT gateways that the stack has stay in their VPC.

    The new one would be created before the old one is deleted, and an address belongs to one gateway at a
    time. A new block replaces the VPC, and its internet gateway moves before mail has left.

    Raises:
        ArgumentError: the config leads to another VPC.
    """
    adopted = settings.network.get("adopt")
    if adopted is not None and (NAT not in settings.paths or NAT in settings.adopts):
        return
    own_vpcs: list[str] = []
    for gateway_id in account.own_nat_gateways():
        vpc_id = account.nat_gateway_vpc(gateway_id)
        if adopted is None:
            own_vpcs = own_vpcs or account.vpc_ids(stack_tags())
        if adopted is None and vpc_id in own_vpcs:
            _require_same_block(settings, gateway_id, account.vpc(vpc_id))
        elif NAT in settings.paths and (adopted is None or adopted.get("vpc_id") != vpc_id):
            checks.refuse(
                _OF_NETWORK("vpc_id"),
                adopted.get("vpc_id") if adopted else "",
                f"{gateway_id}, this stack's own, is in {vpc_id}, and moves to no other VPC with its address",
                f"set it to {vpc_id!r}, or {_WITHOUT_NAT}",
            )


def _require_same_block(settings: Settings, gateway_id: str, vpc: Optional[Vpc]) -> None:
    block = settings.network.get("create", {}).get("cidr_block")
    if vpc is not None and block not in vpc.cidr_blocks:
        checks.refuse(
            _OF_NETWORK("cidr_block"),
            block,
            f"it would replace {vpc.id}, which {gateway_id} of this stack is in and cannot leave with its "
            "address",
            f"set it to {vpc.cidr_blocks[0]!r}, or {_WITHOUT_NAT}",
        )
