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

_Spelling = Callable[[str], "str | None"]
"""A text as it is spelled everywhere behind this module; `None` where it is none that AWS has."""
_HIGHEST_PROTOCOL: Final = 255


def _one_of(*values: str) -> _Spelling:
    """One of `values` in any case: EC2 does not write all of them as its reference does."""
    known = {value.lower(): value for value in values}
    return lambda text: known.get(text.lower())


def _parsed(parse: Callable[[str], object]) -> _Spelling:
    def spelling(text: str) -> str | None:
        try:
            parse(text)
        except ValueError:
            return None
        return text

    return spelling


def _protocol(text: str) -> str | None:
    known = text in ("-1", "tcp", "udp", "icmp", "icmpv6")
    is_number = text.isascii() and text.isdecimal() and int(text) <= _HIGHEST_PROTOCOL
    return text if known or is_number else None


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
VALUES: Final[Mapping[Action, Mapping[str, _Spelling]]] = {
    Action.VPCS: {
        **_SUBNET_BLOCKS,
        "CidrBlockAssociationSet.CidrBlock": _IPV4,
        "CidrBlockAssociationSet.CidrBlockState.State": _one_of(*_LINK),
        "EncryptionControl.Mode": _one_of("monitor", "enforce"),
        "EncryptionControl.State": _one_of(
            *("creating", "available", "monitor-in-progress", "monitor-failed", "enforce-in-progress"),
            *("enforce-failed", "deleting", "deleted", "delete-failed"),
        ),
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
            *("pendingAcceptance", "pending", "available", "deleting", "deleted"),
            *("rejected", "failed", "expired", "partial"),
        ),
    },
    Action.ENDPOINT_SERVICES: {
        "ServiceType.ServiceType": _one_of(
            "Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"
        )
    },
    Action.SECURITY_GROUPS: {
        f"{rules}.{path}": spelling
        for rules in ("IpPermissions", "IpPermissionsEgress")
        for path, spelling in (
            ("IpProtocol", _protocol),
            ("IpRanges.CidrIp", _IPV4),
            ("Ipv6Ranges.CidrIpv6", _IPV6),
        )
    },
    Action.NETWORK_ACLS: {
        "Entries.Protocol": _protocol,
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
        for path, spelling in VALUES.get(action, {}).items()
        for value in parts(answer, path)
        if not isinstance(value, str) or spelling(value) is None
    )
    return next(found, None)


def spelled(action: Action, answer: Answer) -> Answer:
    """`answer`, none of whose values is unknown, with each in its one spelling."""
    for path, spelling in VALUES.get(action, {}).items():
        answer = _spelled(answer, path, spelling)
    return answer


def _spelled(value: Any, path: str, spelling: _Spelling) -> Any:
    if isinstance(value, list):
        return [_spelled(part, path, spelling) for part in value]
    if value is None or not path:
        return None if value is None else spelling(value)
    name, _, rest = path.partition(".")
    return {**value, name: _spelled(value[name], rest, spelling)} if name in value else value
