"""What stands before a service: its custom domains and its web ACL, which the stack takes over too.

They are parts of the program's component, and are imported beneath it: elsewhere the first update would
take them away and make them anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .part import Part, given

DOMAIN: Final = "aws:apprunner/customDomainAssociation:CustomDomainAssociation"
WEB_ACL: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
_WILDCARD: Final = "*."


def part(resources: Sequence[Mapping[str, Any]], arn: str, *, live: bool) -> Part:
    """`customDomains` and `webAclArn` of the service `arn`.

    The records of the domains stay whose they are: an import would need each by its name.

    Args:
        live: whether App Runner and AWS WAF were asked for them.
    """
    domains, acls = _of(resources, DOMAIN, "serviceArn", arn), _of(resources, WEB_ACL, "resourceArn", arn)
    listed = [
        {
            "domain": each["domainName"],
            **(
                {}
                if each["domainName"].startswith(_WILDCARD)
                else {"www": each.get("enableWwwSubdomain", True)}
            ),
            "dns": "external",
        }
        for each in domains
    ]
    left_out = [
        f"customDomains: the DNS records of {each['domainName']} stay as they are, outside of the stack"
        for each in domains
    ]
    if live and not acls:
        # AWS WAF says "none" by an empty answer, as somebody else between it and here may.
        left_out.append(
            "webAclArn: AWS WAF shows none: one that is there stays as it is, outside of the stack"
        )
    if not live and not domains and not acls:
        left_out.append(
            "customDomains, webAclArn: the file does not show them: they stay outside of the stack"
        )
    acl = next((each["webAclArn"] for each in acls), None)
    return Part(given(customDomains=listed, webAclArn=acl), tuple(left_out))


def imports(resources: Sequence[Mapping[str, Any]], arn: str, component: str) -> list[dict[str, str]]:
    """What is imported beneath `component`, by the names that the program gives."""
    domains = [
        {
            "type": DOMAIN,
            "name": f"{component}-{each['domainName'].replace('*', 'any')}",
            "id": f"{each['domainName']},{arn}",
        }
        for each in _of(resources, DOMAIN, "serviceArn", arn)
    ]
    acls = [
        {
            "type": WEB_ACL,
            "name": f"{component}-web-acl",
            "logicalName": component,
            "id": f"{each['webAclArn']},{arn}",
        }
        for each in _of(resources, WEB_ACL, "resourceArn", arn)
    ]
    return [*domains, *acls]


def _of(resources: Sequence[Mapping[str, Any]], type_: str, key: str, arn: str) -> list[Mapping[str, Any]]:
    found = (each["properties"] for each in resources if each["type"] == type_)
    return [properties for properties in found if properties.get(key) == arn]
