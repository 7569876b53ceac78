"""Mail goes to SES only once SES lets the domain send: until then, the path that carries it stays."""

from dataclasses import replace

import pulumi

from ..email_identity import EXTERNAL
from ..helpers import checks
from ..helpers.lookup import Account
from .settings import NAT, SES, Settings


def until_verified(settings: Settings) -> Settings:
    """The settings, with mail through NAT as long as SES does not let the domain send.

    With `dns: external` nobody but a person can publish the records, so an update does not wait for them: a
    stack that has NAT gateways keeps them. A stack without them has no path that could stay. (With
    `dns: route53` the stack publishes the records itself, and `EmailIdentity` waits.)
    """
    account = Account()
    identity = settings.identity
    if settings.mail_path != SES or identity is None or identity.get("dns") != EXTERNAL:
        return settings
    if NAT not in settings.paths and not account.own_nat_gateways():
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
