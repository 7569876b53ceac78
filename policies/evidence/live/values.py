"""What the texts in AWS's answers may be, where a path of mail depends on them.

A value that is not here is new, or not AWS's: the proof would take it for one that lets nothing through.

Sources: the API references of the services, "Data Types".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Final

from .actions import Action
from .fields import parts
from .shapes import Answer

_Test = Callable[[str], bool]
_HIGHEST_PROTOCOL: Final = 255


def _one_of(*values: str) -> _Test:
    """Whether a text is one of `values`; EC2 writes some of them in another case than its reference."""
    known = frozenset(value.lower() for value in values)
    return lambda text: text.lower() in known


def _parsed(parse: Callable[[str], object]) -> _Test:
    def test(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return test


def _is_protocol(text: str) -> bool:
    known = text in ("-1", "tcp", "udp", "icmp", "icmpv6")
    return known or (text.isascii() and text.isdecimal() and int(text) <= _HIGHEST_PROTOCOL)


_IPV4: Final = _parsed(lambda text: ipaddress.IPv4Network(text, strict=False))
_IPV6: Final = _parsed(lambda text: ipaddress.IPv6Network(text, strict=False))
_BLOCK: Final = _parsed(lambda text: ipaddress.ip_network(text, strict=False))
_ADDRESS: Final = _parsed(ipaddress.IPv4Address)
_LINK: Final = ("associating", "associated", "disassociating", "disassociated", "failing", "failed")
_ATTACHED: Final = _one_of("attaching", "attached", "available", "detaching", "detached")
_SUBNET_BLOCKS: Final = {
    "CidrBlock": _IPV4,
    "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock": _IPV6,
    "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State": _one_of(*_LINK),
}
VALUES: Final[Mapping[Action, Mapping[str, _Test]]] = {
    Action.VPCS: {
        **_SUBNET_BLOCKS,
        "CidrBlockAssociationSet.CidrBlock": _IPV4,
        "CidrBlockAssociationSet.CidrBlockState.State": _one_of(*_LINK),
    },
    Action.SUBNETS: _SUBNET_BLOCKS,
    Action.ROUTE_TABLES: {
        "Routes.DestinationCidrBlock": _IPV4,
        "Routes.DestinationIpv6CidrBlock": _IPV6,
        "Routes.State": _one_of("active", "blackhole", "filtered"),
        "Associations.AssociationState.State": _one_of(*_LINK),
    },
    Action.INTERNET_GATEWAYS: {"Attachments.State": _ATTACHED},
    Action.EGRESS_ONLY_GATEWAYS: {"Attachments.State": _ATTACHED},
    Action.NAT_GATEWAYS: {
        "State": _one_of("pending", "failed", "available", "deleting", "deleted"),
        "ConnectivityType": _one_of("public", "private"),
        "NatGatewayAddresses.PrivateIp": _ADDRESS,
        "NatGatewayAddresses.PublicIp": _ADDRESS,
    },
    Action.VPC_ENDPOINTS: {
        "VpcEndpointType": _one_of(
            "Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork", "Tunnel"
        ),
        "State": _one_of(
            *("PendingAcceptance", "Pending", "Available", "Deleting", "Deleted"),
            *("Rejected", "Failed", "Expired", "Partial"),
        ),
    },
    Action.SECURITY_GROUPS: {
        f"{rules}.{path}": test
        for rules in ("IpPermissions", "IpPermissionsEgress")
        for path, test in (
            ("IpProtocol", _is_protocol),
            ("IpRanges.CidrIp", _IPV4),
            ("Ipv6Ranges.CidrIpv6", _IPV6),
        )
    },
    Action.NETWORK_ACLS: {
        "Entries.Protocol": _is_protocol,
        "Entries.RuleAction": _one_of("allow", "deny"),
        "Entries.CidrBlock": _IPV4,
        "Entries.Ipv6CidrBlock": _IPV6,
    },
    Action.PEERING_CONNECTIONS: {
        "Status.Code": _one_of(
            *("initiating-request", "pending-acceptance", "active", "deleted", "rejected"),
            *("failed", "expired", "provisioning", "deleting"),
        )
    },
    Action.PREFIX_LIST_ENTRIES: {"Cidr": _BLOCK},
    Action.PUBLIC_ACCESS: {
        "InternetGatewayBlockMode": _one_of("off", "block-bidirectional", "block-ingress")
    },
    Action.PUBLIC_ACCESS_EXCLUSIONS: {
        "InternetGatewayExclusionMode": _one_of("allow-bidirectional", "allow-egress")
    },
    Action.TRANSIT_GATEWAYS: {"State": _one_of("pending", "available", "modifying", "deleting", "deleted")},
    Action.TRANSIT_ATTACHMENTS: {
        "State": _one_of(
            *("initiating", "initiatingRequest", "pendingAcceptance", "rollingBack", "pending"),
            *("available", "modifying", "deleting", "deleted", "failed", "rejected", "rejecting", "failing"),
        )
    },
    Action.TRANSIT_TABLES: {"State": _one_of("pending", "available", "deleting", "deleted")},
    Action.TRANSIT_ASSOCIATIONS: {"State": _one_of(*_LINK)},
    Action.TRANSIT_PROPAGATIONS: {"State": _one_of("enabling", "enabled", "disabling", "disabled")},
    Action.TRANSIT_ROUTES: {
        "DestinationCidrBlock": _BLOCK,
        "Type": _one_of("static", "propagated", "system"),
        "State": _one_of("pending", "active", "blackhole", "deleting", "deleted"),
    },
    Action.FIREWALL_RULE_GROUP: {
        "RuleGroup.RulesSource.StatefulRules.Action": _one_of("PASS", "DROP", "ALERT", "REJECT"),
        "RuleGroup.RulesSource.StatefulRules.Header.Protocol": _one_of(
            *("IP", "TCP", "UDP", "ICMP", "HTTP", "FTP", "TLS", "SMB", "DNS", "DCERPC", "SSH", "SMTP"),
            *("IMAP", "MSN", "KRB5", "IKEV2", "TFTP", "NTP", "DHCP", "HTTP2", "QUIC"),
        ),
        "RuleGroup.RulesSource.StatefulRules.Header.Direction": _one_of("FORWARD", "ANY"),
    },
    Action.ECS_SERVICES: {
        "networkConfiguration.awsvpcConfiguration.assignPublicIp": _one_of("ENABLED", "DISABLED")
    },
    Action.SERVICE: {"NetworkConfiguration.EgressConfiguration.EgressType": _one_of("DEFAULT", "VPC")},
}
"""Of the answers to an action: what the text at a path may be, where there is one."""


def unknown(action: Action, answer: Answer) -> str | None:
    """The first value that is none of AWS's, and where it is; `None` where all are known."""
    found: Any = (
        f"{value!a} at {path}"
        for path, test in VALUES.get(action, {}).items()
        for value in parts(answer, path)
        if not (isinstance(value, str) and test(value))
    )
    return next(found, None)
