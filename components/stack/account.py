"""What the account has, and what follows of it for a stack, before anything is registered."""

from dataclasses import replace

import pulumi

from .. import email_identity, smtp_endpoint
from ..app_runner_service import require_groups
from ..email_identity import EXTERNAL
from ..helpers import checks
from ..helpers.lookup import Account
from ..network import AdoptNetworkArgs, located
from .settings import ENDPOINT, IDENTITY, NAT, SES, Settings


def fit(settings: Settings) -> Settings:
    """The settings for the account as it is: what a component would refuse later is refused here.

    Raises:
        ArgumentError: something is in the way, or missing.
    """
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
    require_groups(settings.service, account)
    return _until_verified(settings, account)


def _until_verified(settings: Settings, account: Account) -> Settings:
    """The settings, with mail through NAT as long as SES does not let the domain send.

    With `dns: external` nobody but a person can publish the records, so an update does not wait for them: a
    stack that has NAT gateways keeps them. A stack without them has no path that could stay. (With
    `dns: route53` the stack publishes the records itself, and `EmailIdentity` waits.)
    """
    identity = settings.identity
    if settings.mail_path != SES or identity is None or identity.get("dns") != EXTERNAL:
        return settings
    has_nat = NAT in {*settings.paths, *settings.adopts} or account.own_nat_gateways()
    if not has_nat or IDENTITY in settings.adopts:
        return settings
    found = account.email_identity(settings.domain)
    if found is not None and found.may_send:
        return settings
    missing = [
        f"{token}._domainkey.{settings.domain} CNAME {token}.dkim.amazonses.com"
        for token in (found.dkim_tokens if found else ())
    ]
    pulumi.log.warn(
        f"mail stays on NAT, for SES has not verified {settings.domain} yet: publish "
        f"{checks.listed(missing) or 'the records of the output dnsRecordsToPublish'}; once SES has found "
        "them, run pulumi up again"
    )
    return replace(settings, paths=(NAT, SES), mail_path=NAT)
