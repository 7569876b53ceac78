"""The AWS documents that say why a hop lets a packet pass, or why a finding stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reachability.findings import Code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reachability import Egress

_VPC: Final = "Amazon VPC User Guide"
_ROUTE_53: Final = "Amazon Route 53 Developer Guide"
_LAMBDA: Final = "AWS Lambda Developer Guide"
_TRANSIT: Final = "AWS Transit Gateway Guide"
_FIREWALL: Final = "AWS Network Firewall Developer Guide"
HOPS: Final = {
    "workload": 'AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic"; '
    'Amazon ECS Developer Guide, "Task networking"; '
    f'{_LAMBDA}, "Giving Lambda functions access to resources in an Amazon VPC"',
    "subnet": f'{_VPC}, "Subnets for your VPC"',
    "security-group": f'{_VPC}, "Security group rules"',
    "network-acl": f'{_VPC}, "Network ACL rules" and "Ephemeral ports"',
    "route-table": f'{_VPC}, "Route priority" and "Subnet route tables"',
    "nat-gateway": f'{_VPC}, "NAT gateways" and "NAT gateway basics"',
    "nat-instance": f'{_VPC}, "NAT instances"',
    "internet-gateway": f'{_VPC}, "Enable internet access for a VPC using an internet gateway"',
    "egress-only-internet-gateway": f'{_VPC}, "Egress-only internet gateways"',
    "internet": f'{_VPC}, "How Amazon VPC works"',
    "vpc-endpoint": 'Amazon SES Developer Guide, "Setting up VPC endpoints with Amazon SES"; '
    'AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint"',
    "dns-record": f'{_ROUTE_53}, "Considerations when working with a private hosted zone"',
    "peering-connection": 'Amazon VPC Peering Guide, "How VPC peering connections work"',
    "transit-gateway": f'{_TRANSIT}, "How transit gateways work"',
    "transit-gateway-attachment": f'{_TRANSIT}, "Amazon VPC attachments"',
    "firewall-policy": f'{_FIREWALL}, "How AWS Network Firewall filters network traffic"',
}
"""By the kind of hop, as the proof names it, the titles of its documents."""


def of(egresses: Iterable[Egress]) -> dict[str, str]:
    """What the paths of `egresses` pass and what stands in their way, with the documents of each, once.

    What an older version of mailroute names, and this one does not, is left out.
    """
    found: dict[str, str] = {}
    for egress in egresses:
        for hop in egress.outcome.path:
            if hop.kind in HOPS:
                found[hop.kind.replace("-", " ")] = HOPS[hop.kind]
        outcome = egress.outcome
        codes = (*(each.code for each in outcome.told), *(each.code for each in outcome.assumptions))
        found |= {code: Code.catalogue[code].source for code in codes if code in Code.catalogue}
    return found
