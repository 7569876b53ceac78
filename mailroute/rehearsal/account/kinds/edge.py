"""What stands before an App Runner service: its custom domains, and web ACLs of AWS WAF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import AwsError
from ..kind import Call, Kind, Reference
from .apprunner import SERVICE

DOMAIN: Final = "aws:apprunner/customDomainAssociation:CustomDomainAssociation"
_WEB_ACL: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
_MOST_DOMAINS: Final = 5
_SERVICE: Final = Reference(SERVICE, "ResourceNotFoundException", "service")


def domain_is_free(call: Call) -> None:
    """A domain leads to one service, and five lead to each ("App Runner resource quotas", its Guide)."""
    domain, service = call.inputs["domainName"], call.inputs["serviceArn"]
    others = list(call.others(DOMAIN))
    if any(other.get("domainName") == domain for other in others):
        raise AwsError("InvalidRequestException", f"The domain {domain} is associated already.")
    if sum(other.get("serviceArn") == service for other in others) >= _MOST_DOMAINS:
        raise AwsError("InvalidRequestException", f"A service has at most {_MOST_DOMAINS} custom domains.")


def wildcard_has_no_www(call: Call) -> None:
    """A wildcard takes no www subdomain ("AssociateCustomDomain", App Runner API Reference)."""
    domain = str(call.inputs["domainName"])
    if domain.startswith("*") and call.inputs.get("enableWwwSubdomain"):
        raise AwsError("InvalidRequestException", f"The wildcard {domain} takes no www subdomain.")


def _domain(call: Call, _identity: str) -> Mapping[str, Any]:
    """The target and the records that validate the certificate: one for each name, and one more."""
    domain = str(call.inputs["domainName"]).removeprefix("*.")
    service = call.account.find(SERVICE, str(call.inputs["serviceArn"]))
    names = [domain, f"{call.digest('label', 32)}.{domain}"]
    if call.inputs.get("enableWwwSubdomain"):
        names.append(f"www.{domain}")
    return {
        "dnsTarget": service.get("serviceUrl") if service else f"{call.region}.awsapprunner.com",
        "status": "pending_certificate_dns_validation",
        "certificateValidationRecords": [
            {
                "name": f"_{call.digest(f'name of {name}', 32)}.{name}.",
                "type": "CNAME",
                "value": f"_{call.digest(f'value of {name}', 32)}.acm-validations.aws.",
                "status": "PENDING_VALIDATION",
            }
            for name in names
        ],
    }


KINDS: Final = (
    Kind(
        DOMAIN,
        lambda call: f"{call.inputs['domainName']},{call.inputs['serviceArn']}",
        _domain,
        checked_defaults={"enableWwwSubdomain": True},
        replaced_by=frozenset({"domainName", "enableWwwSubdomain", "serviceArn"}),
        references={"serviceArn": _SERVICE},
        rules=(domain_is_free, wildcard_has_no_www),
    ),
    Kind(
        _WEB_ACL,
        lambda call: f"{call.inputs['webAclArn']},{call.inputs['resourceArn']}",
        replaced_by=frozenset({"webAclArn", "resourceArn"}),
    ),
)
