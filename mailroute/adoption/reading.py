"""What AWS shows of a service that is to be adopted: the one place of this package that asks it.

Sources: AWS App Runner API Reference, "DescribeService", "ListTagsForResource" and "DescribeCustomDomains";
AWS WAFV2 API Reference, "GetWebACLForResource"; Amazon SES API v2 Reference, "GetEmailIdentity".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence import live
from evidence.live import AccessError, Action, Api, app_runner, shapes
from evidence.live.request import Request

from .edge import DOMAIN, WEB_ACL
from .mail import IDENTITY

_NEEDED: Final = (
    "AutoScalingConfigurationSummary",
    "AutoScalingConfigurationSummary.AutoScalingConfigurationArn",
    "InstanceConfiguration",
    "InstanceConfiguration.Cpu",
    "InstanceConfiguration.Memory",
    "SourceConfiguration",
)
"""What every service has beside what its egress depends on."""


def read(api: Api, wanted: str, domain: str | None) -> dict[str, Any]:
    """The document of the VPC of the App Runner service `wanted`, with all settings of the service.

    Args:
        wanted: its name or ARN.
        domain: whose SES identity is read as well.

    Raises:
        AccessError: there is no such service, or nothing of it can be read.
    """
    arn = wanted if wanted.startswith("arn:") else _arn_of(api, wanted)
    answers = api.fetch(
        [
            Request(Action.SERVICE, {"ServiceArn": arn}, fields=_NEEDED),
            Request(Action.SERVICE_TAGS, {"ResourceArn": arn}),
            Request(Action.CUSTOM_DOMAINS, {"ServiceArn": arn}),
            Request(Action.WEB_ACL, {"ResourceArn": arn}),
            *([Request(Action.EMAIL_IDENTITY, {"EmailIdentity": domain})] if domain else []),
        ]
    )
    if Action.SERVICE in api.unread:
        raise api.denial()
    services = [
        app_runner.service(item, shapes.EVERYTHING, commands=True) for item in answers.get(Action.SERVICE, ())
    ]
    if not services:
        raise AccessError(f"there is no App Runner service {wanted!r} in {api.region}")
    (service,) = services
    tags = answers.get(Action.SERVICE_TAGS, ())
    service["properties"]["tags"] = {tag["Key"]: tag["Value"] for tag in tags}
    identities = [_identity(str(domain), item) for item in answers.get(Action.EMAIL_IDENTITY, ())]
    domains = [_custom_domain(arn, item) for item in answers.get(Action.CUSTOM_DOMAINS, ())]
    protected = [_web_acl(arn, item) for item in answers.get(Action.WEB_ACL, ()) if "WebACL" in item]
    connectors = app_runner.connectors(api, _connectors_of(service))
    return live.around(api, [service, *connectors, *identities, *domains, *protected])


def _arn_of(api: Api, name: str) -> str:
    """
    Raises:
        AccessError: no service has this name.
    """
    known = dict(app_runner.named(api, name))
    if name in known:
        return known[name]
    if api.unread:
        raise api.denial()
    there = f"; App Runner has {', '.join(sorted(known))}" if known else ""
    raise AccessError(f"there is no App Runner service {name!r} in {api.region}{there}")


def _connectors_of(service: shapes.Entry) -> Iterator[str]:
    arn = service["properties"]["networkConfiguration"]["egressConfiguration"].get("vpcConnectorArn")
    if arn:
        yield arn


def _identity(domain: str, item: shapes.Answer) -> shapes.Entry:
    return shapes.entry(
        IDENTITY,
        domain,
        emailIdentity=domain,
        identityType=item["IdentityType"],
        verifiedForSendingStatus=item["VerifiedForSendingStatus"],
    )


def _web_acl(arn: str, item: shapes.Answer) -> shapes.Entry:
    acl = item["WebACL"]["ARN"]
    return shapes.entry(WEB_ACL, f"{acl},{arn}", webAclArn=acl, resourceArn=arn)


def _custom_domain(arn: str, item: shapes.Answer) -> shapes.Entry:
    return shapes.entry(
        DOMAIN,
        f"{item['DomainName']},{arn}",
        domainName=item["DomainName"],
        serviceArn=arn,
        enableWwwSubdomain=item["EnableWWWSubdomain"],
        status=item["Status"],
    )
