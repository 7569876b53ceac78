"""A second, naive model of VPC forwarding: concrete packets through one account, hop by hop.

It shares no code with the proof. It follows **one** packet with one source address, one destination address,
one port and one reply port through the account that an evidence document shows, and its reply back, as AWS's
documents tell it; sets of addresses, unknown values and programs are not its business. Each function names
its document by title; "User Guide" is the Amazon VPC User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, NoReturn

Properties = Mapping[str, Any]

ALL = "-1"
SMTP_PORTS = (465, 587, 2465, 2587)
TRANSIT = "aws:ec2transitgateway"
# fmt: off
WITHOUT_PUBLIC_HOSTS = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3",
)
# fmt: on
"""Where no host of the public internet is (RFC 6890)."""


class Fate(Enum):
    """What becomes of a connection attempt; `UNSPECIFIED` where AWS's documents do not say."""

    CONNECTED = "connected"
    LOST = "lost"
    UNSPECIFIED = "unspecified"


class _PathError(Exception):
    """The packet, or its reply, goes no further."""

    def __init__(self, fate: Fate, reason: str) -> None:
        super().__init__(reason)
        self.fate = fate


def lost(reason: str) -> NoReturn:
    raise _PathError(Fate.LOST, reason)


def unspecified(reason: str) -> NoReturn:
    raise _PathError(Fate.UNSPECIFIED, reason)


@cache
def block(cidr: str) -> tuple[int, int, int]:
    """First address, last address and prefix length of an IPv4 block; host bits are ignored."""
    address, _, length = cidr.partition("/")
    bits = int(length or 32)
    first, second, third, fourth = (int(part) for part in address.split("."))
    number, mask = first << 24 | second << 16 | third << 8 | fourth, (1 << 32 - bits) - 1
    return number & ~mask, number | mask, bits


def hears(host: object, port: object) -> bool:
    """Whether a mail host takes connections on `port`, as far as AWS says: of its own hosts alone.

    Source: Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint".
    """
    name = str(host).lower()
    of_ses = name.startswith("email-smtp.") and name.endswith(".amazonaws.com")
    return not of_ses or port in (None, 25, *SMTP_PORTS)


def within(address: int, cidr: str) -> bool:
    first, last, _ = block(cidr)
    return first <= address <= last


def is_public(address: int) -> bool:
    return not any(within(address, cidr) for cidr in WITHOUT_PUBLIC_HOSTS)


@dataclass(frozen=True)
class Interface:
    """A network interface: its subnet, its private address, and the security groups on it."""

    subnet: str
    address: int
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """One TCP connection: from an interface to an address and port, answered to `reply_port`.

    A NAT gateway on the way puts `translated_port` in its place; `tie` is which of the routes that AWS may
    choose between it has chosen, `server` the endpoint interface at the destination.
    """

    client: Interface
    destination: int
    port: int
    reply_port: int
    translated_port: int
    tie: int = 0
    server: Interface | None = None


class Account:
    """What an evidence document shows of one account in one region."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.region: str = document["region"]
        self.owner: str = document["accountId"]
        self._resources: dict[str, dict[str, Properties]] = {}
        self._acls: dict[str, Properties] = {}
        for resource in document["resources"]:
            self._resources.setdefault(resource["type"], {})[resource["id"]] = resource["properties"]

    def all(self, kind: str) -> dict[str, Properties]:
        return self._resources.get(kind, {})

    def vpc(self, vpc: str) -> Properties:
        return self.all("aws:ec2/vpc:Vpc")[vpc]

    def subnet(self, subnet: str) -> Properties:
        return self.all("aws:ec2/subnet:Subnet")[subnet]

    def services(self) -> dict[str, Properties]:
        return self.all("aws:apprunner/service:Service")

    def placements(self, service: str) -> list[tuple[str, tuple[str, ...]]] | None:
        """The subnets that may hold a service's interfaces, each with their security groups.

        `None` for a service whose traffic does not go through a VPC. Source: AWS App Runner Developer
        Guide, "Enabling VPC access for outgoing traffic". The default group of a VPC is its owner's alone:
        User Guide, "Share your VPC subnets with other accounts".
        """
        egress = self.services()[service].get("networkConfiguration", {}).get("egressConfiguration", {})
        if egress.get("egressType", "DEFAULT") == "DEFAULT":
            return None
        connector = self.all("aws:apprunner/vpcConnector:VpcConnector")[egress["vpcConnectorArn"]]
        groups = tuple(connector.get("securityGroups") or ())
        shared = [
            key for key in connector["subnets"] if self.subnet(key).get("ownerId", self.owner) != self.owner
        ]
        return [
            (subnet, groups or (() if subnet in shared else self._default_group(subnet)))
            for subnet in connector["subnets"]
        ]

    def _default_group(self, subnet: str) -> tuple[str, ...]:
        """Source: User Guide, "Default security groups for your VPCs"."""
        return (self.vpc(self.subnet(subnet)["vpcId"])["defaultSecurityGroupId"],)

    # Names ------------------------------------------------------------------------------------------

    def endpoint_for(self, host: str, vpc: str) -> Properties | None:
        """The interface endpoint whose private DNS name is `host`, in `vpc`.

        Sources: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint" (private DNS
        needs both DNS attributes of the VPC); Amazon SES Developer Guide, "Setting up VPC endpoints".
        """
        attributes = self.vpc(vpc)
        if not (attributes["enableDnsSupport"] and attributes["enableDnsHostnames"]):
            return None
        for endpoint in self.all("aws:ec2/vpcEndpoint:VpcEndpoint").values():
            region = endpoint["serviceName"].split(".")[2]
            if (
                endpoint["serviceName"] == f"com.amazonaws.{region}.email-smtp"
                and endpoint["vpcEndpointType"] == "Interface"
                and endpoint["privateDnsEnabled"]
                and endpoint["vpcId"] == vpc
                and host.lower() == f"email-smtp.{region}.amazonaws.com"
            ):
                return endpoint
        return None

    def endpoints_in(self, vpc: str) -> Iterator[tuple[str, Properties]]:
        """The endpoints that take some SMTP host's name in `vpc`, with that name."""
        regions = {
            endpoint["serviceName"].split(".")[2]
            for endpoint in self.all("aws:ec2/vpcEndpoint:VpcEndpoint").values()
        }
        for region in sorted(regions):
            host = f"email-smtp.{region}.amazonaws.com"
            endpoint = self.endpoint_for(host, vpc)
            if endpoint is not None:
                yield host, endpoint

    def has_resolver(self, vpc: str) -> bool:
        """Whether Amazon's resolver answers there. Source: User Guide, "DNS attributes for your VPC"."""
        return bool(self.vpc(vpc)["enableDnsSupport"])

    def uses_resolver(self, vpc: str) -> bool:
        """Whether clients there ask Amazon's resolver. Source: User Guide, "Amazon DNS server"."""
        options = self.all("aws:ec2/vpcDhcpOptions:VpcDhcpOptions").get(self.vpc(vpc)["dhcpOptionsId"], {})
        own = (block("169.254.169.253")[0], block(self.vpc(vpc)["cidrBlock"])[0] + 2)
        named = set(options.get("domainNameServers") or ()) - {"AmazonProvidedDNS"}
        return all(block(server)[0] in own for server in named)

    def private_answer(self, host: str, vpc: str) -> list[str] | None:
        """The addresses that a private zone has for `host`; `None` where no zone is asked.

        Sources: Amazon Route 53 Developer Guide, "Considerations when working with a private hosted zone";
        RFC 4592, section 3.3.1.
        """
        zones = self.all("aws:route53/zone:Zone").values()
        asked = [zone["name"] for zone in zones if zone["vpcs"][0]["vpcId"] == vpc]
        if not any(f".{host}".endswith(f".{name}") for name in asked):
            return None
        records = self.all("aws:route53/record:Record").values()
        wanted = labels = host
        while not any(f".{record['name']}".endswith(f".{labels}") for record in records):
            labels = labels.partition(".")[2]
            wanted = f"*.{labels}"
        found = [record for record in records if record["name"] == wanted and record["type"] == "A"]
        return [address for record in found for address in record["records"]]

    def asks_private_zones(self, vpc: str) -> bool:
        """Source: Amazon VPC User Guide, "DNS attributes for your VPC"."""
        return bool(self.vpc(vpc)["enableDnsSupport"] and self.vpc(vpc)["enableDnsHostnames"])

    def interfaces_of(self, endpoint: Properties) -> list[tuple[str, tuple[str, ...]]]:
        """The subnets of an endpoint's interfaces, with their security groups."""
        groups = tuple(endpoint.get("securityGroupIds") or ())
        return [(subnet, groups or self._default_group(subnet)) for subnet in endpoint["subnetIds"]]

    # One connection ---------------------------------------------------------------------------------

    def connect(self, attempt: Attempt) -> tuple[Fate, str]:
        """What becomes of `attempt`, and why."""
        try:
            self._send(attempt)
        except _PathError as end:
            return end.fate, str(end)
        return Fate.CONNECTED, ""

    def _send(self, attempt: Attempt) -> None:
        client, server = attempt.client, attempt.server
        peers = server.groups if server else ()
        if not self._group_allows(client.groups, "egress", attempt.destination, peers, attempt.port):
            lost("the client's security groups have no egress rule for it")
        if server is not None and attempt.port not in SMTP_PORTS:
            lost("the endpoint does not listen there")
        if server is not None and server.subnet == client.subnet:
            return self._serve(attempt, server)
        # Stateful security groups let the reply in; network ACLs look at it again.
        self._acl(client.subnet, "egress", attempt.destination, attempt.port)
        self._acl(client.subnet, "ingress", attempt.destination, attempt.reply_port)
        route = self._route(client.subnet, attempt.destination, attempt.tie)
        vpc = self.subnet(client.subnet)["vpcId"]
        if route == "local":
            if server is None or self.subnet(server.subnet)["vpcId"] != vpc:
                unspecified("what has that address in the VPC is not in the document")
            self._acl(server.subnet, "ingress", client.address, attempt.port)
            self._serve(attempt, server)
            self._acl(server.subnet, "egress", client.address, attempt.reply_port)
            self._only_local(server.subnet, client.address, attempt.tie)
        elif "natGatewayId" in route:
            self._through_nat(attempt, route["natGatewayId"], client.subnet, None)
        elif route.get("transitGatewayId") in self.all(f"{TRANSIT}/transitGateway:TransitGateway"):
            self._through_transit(attempt, route["transitGatewayId"])
        else:
            self._leave(route, vpc, attempt, from_public_address=False)
        return None

    def _serve(self, attempt: Attempt, server: Interface) -> None:
        """At the endpoint's interface. Source: AWS PrivateLink Guide, "Security groups" of endpoints."""
        client = attempt.client
        if not self._group_allows(server.groups, "ingress", client.address, client.groups, attempt.port):
            lost("the endpoint's security groups have no ingress rule for it")

    def _through_nat(self, attempt: Attempt, nat_id: str, origin: str, transit: str | None) -> None:
        """From the subnet `origin`, into which the gateway `transit` may have brought the packet. Sources:
        User Guide, "NAT gateways", "NAT gateway basics", "Regional NAT gateways".
        """
        nat = self.all("aws:ec2/natGateway:NatGateway").get(nat_id)
        if nat is None:
            unspecified("a route to a NAT gateway that is not there and is no blackhole")
        if nat["state"] not in ("available", "pending"):
            lost("the NAT gateway is not available")
        if nat.get("availabilityMode") == "regional" and transit is not None:
            unspecified("how a regional NAT gateway routes replies to another VPC")
        if nat.get("availabilityMode") == "regional":
            route: Properties = {"gatewayId": self._gateway_of(nat["vpcId"])}
            return self._leave(route, nat["vpcId"], attempt, from_public_address=True)
        subnet, client = nat["subnetId"], attempt.client
        vpc = self.subnet(subnet)["vpcId"]
        if vpc != self.subnet(origin)["vpcId"]:
            lost("a NAT gateway serves its own VPC")
        public = nat["connectivityType"] == "public"
        if public and not nat.get("publicIp"):
            lost("a public NAT gateway without an Elastic IP address")
        if subnet != origin:
            self._acl(subnet, "ingress", client.address, attempt.port)
            self._acl(subnet, "egress", client.address, attempt.reply_port)
        self._acl(subnet, "egress", attempt.destination, attempt.port)
        self._acl(subnet, "ingress", attempt.destination, attempt.translated_port)
        if transit is not None:
            self._only_to_transit(subnet, client.address, attempt.tie, transit)
        onward = self._route(subnet, attempt.destination, attempt.tie)
        if onward == "local":
            unspecified("what has that address in the VPC is not in the document")
        if onward.get("natGatewayId") == nat_id:
            lost("the NAT gateway's own subnet routes back to it")
        self._leave(onward, vpc, attempt, from_public_address=public)
        if transit is None and subnet != origin:
            self._only_local(subnet, client.address, attempt.tie)
        return None

    def _gateway_of(self, vpc: str) -> str:
        gateways = self.all("aws:ec2/internetGateway:InternetGateway").items()
        found = [key for key, gateway in gateways if gateway.get("vpcId") == vpc]
        return found[0] if found else lost("the VPC has no internet gateway")

    def _leave(self, route: Properties, vpc: str, attempt: Attempt, *, from_public_address: bool) -> None:
        """Sources: User Guide, "Internet gateways"; Amazon VPC Peering Guide, "VPC peering limitations"."""
        if "gatewayId" in route and route["gatewayId"].startswith("igw-"):
            gateway = self.all("aws:ec2/internetGateway:InternetGateway").get(route["gatewayId"])
            if gateway is None:
                unspecified("a route to an internet gateway that is not there and is no blackhole")
            if gateway.get("vpcId") != vpc:
                lost("the internet gateway is not attached to this VPC")
            if not from_public_address:
                lost("an internet gateway translates for interfaces with a public address alone")
            if not is_public(attempt.destination):
                lost("no host of the internet has that address")
            if self._blocks_public_access(vpc):
                lost("VPC Block Public Access")
            if attempt.port == 25:
                unspecified("port 25 is blocked unless the account has asked otherwise")
            return
        if "vpcPeeringConnectionId" in route:
            link = self.all("aws:ec2/vpcPeeringConnection:VpcPeeringConnection").get(
                route["vpcPeeringConnectionId"]
            )
            ends = {link["vpcId"], link["peerVpcId"]} if link else set()
            peers = [self.all("aws:ec2/vpc:Vpc").get(end) for end in ends - {vpc}]
            if len(peers) != 1 or peers[0] is None:
                unspecified("the other VPC of the peering connection is not in the document")
            if not is_public(attempt.destination) or within(attempt.destination, peers[0]["cidrBlock"]):
                unspecified("what has that address in the peer VPC is not in the document")
            lost("a peering connection carries the peer VPC's own addresses alone")
        if "egressOnlyGatewayId" in route:
            lost("an egress-only internet gateway carries IPv6 alone")
        unspecified(f"a route to {sorted(route)} leads out of what the document shows")

    def _blocks_public_access(self, vpc: str) -> bool:
        """A NAT gateway's connections. Source: User Guide, "Block public access to VPCs and subnets"."""
        options = self.all("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions").values()
        excluded = self.all("aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion").values()
        blocks = any(held["internetGatewayBlockMode"] == "block-bidirectional" for held in options)
        return blocks and vpc not in (held["vpcId"] for held in excluded)

    # Transit gateways -------------------------------------------------------------------------------

    def _through_transit(self, attempt: Attempt, gateway: str) -> None:
        """To another VPC's NAT gateway and back. Source: AWS Transit Gateway Guide, "Availability Zones" and
        "Network ACLs for transit gateways", "Example: Centralized outbound routing to the internet".
        """
        client, tie = attempt.client, attempt.tie
        entry = self._attachment(gateway, self.subnet(client.subnet)["vpcId"])
        zone = self.subnet(client.subnet)["availabilityZone"]
        inside = [key for key in entry[1]["subnetIds"] if self.subnet(key)["availabilityZone"] == zone]
        if not inside:
            lost("the attachment has no subnet in the client's zone")
        if inside[0] != client.subnet:
            self._acl(inside[0], "ingress", client.address, attempt.port)
            self._acl(inside[0], "egress", client.address, attempt.reply_port)
        leaving = self._transit_route(gateway, entry[0], attempt.destination)
        exits = self.all(f"{TRANSIT}/vpcAttachment:VpcAttachment")[leaving]["subnetIds"]
        near = [key for key in exits if self.subnet(key)["availabilityZone"] == zone] or exits
        outside = near[tie % len(near)]
        self._acl(outside, "egress", attempt.destination, attempt.port)
        self._acl(outside, "ingress", attempt.destination, attempt.reply_port)
        route = self._route(outside, attempt.destination, tie)
        if self._transit_route(gateway, leaving, client.address) != entry[0]:
            lost("the transit gateway sends the reply to another VPC")
        if route != "local" and "natGatewayId" not in route and "transitGatewayId" not in route:
            return self._leave(route, self.subnet(outside)["vpcId"], attempt, from_public_address=False)
        if route == "local" or "natGatewayId" not in route:
            unspecified("what is beyond the second VPC")
        self._through_nat(attempt, route["natGatewayId"], outside, gateway)
        if inside[0] != client.subnet:
            self._only_local(inside[0], client.address, tie)
        return None

    def _attachment(self, gateway: str, vpc: str) -> tuple[str, Properties]:
        for key, attachment in self.all(f"{TRANSIT}/vpcAttachment:VpcAttachment").items():
            if attachment["transitGatewayId"] == gateway and attachment["vpcId"] == vpc:
                return key, attachment
        return unspecified("a route to a transit gateway that the VPC is not attached to")

    def _transit_route(self, gateway: str, attachment: str, address: int) -> str:
        """Where packets from `attachment` leave: longest prefix, static routes before propagated ones."""
        default = self.all(f"{TRANSIT}/transitGateway:TransitGateway")[gateway][
            "associationDefaultRouteTableId"
        ]
        explicit = self.all(f"{TRANSIT}/routeTableAssociation:RouteTableAssociation").values()
        tables = [held for held in explicit if held["transitGatewayAttachmentId"] == attachment]
        table = tables[0]["transitGatewayRouteTableId"] if tables else default
        found: list[tuple[int, int, str | None]] = []
        for route in self.all(f"{TRANSIT}/route:Route").values():
            if route["transitGatewayRouteTableId"] == table and within(
                address, route["destinationCidrBlock"]
            ):
                length = block(route["destinationCidrBlock"])[2]
                found.append((length, 1, route.get("transitGatewayAttachmentId")))
        for key, held in self.all(f"{TRANSIT}/vpcAttachment:VpcAttachment").items():
            propagates = table == default and held.get("transitGatewayDefaultRouteTablePropagation", True)
            for cidr in self._local_blocks(held["vpcId"]) if propagates else ():
                if within(address, cidr):
                    found.append((block(cidr)[2], 0, key))
        best = max(found, key=lambda one: one[:2], default=(0, 0, None))
        return best[2] or lost("the transit gateway has no route")

    def _only_to_transit(self, subnet: str, address: int, tie: int, gateway: str) -> None:
        route = self._route(subnet, address, tie)
        if route == "local" or route.get("transitGatewayId") != gateway:
            lost("the reply is not routed back to the transit gateway")

    # Routes -----------------------------------------------------------------------------------------

    def table_of(self, subnet: str) -> Properties:
        """The subnet's own table, else its VPC's main one. Source: User Guide, "Subnet route tables"."""
        tables = self.all("aws:ec2/routeTable:RouteTable")
        for table in tables.values():
            if any(link.get("subnetId") == subnet for link in table.get("associations") or ()):
                return table
        return tables[self.vpc(self.subnet(subnet)["vpcId"])["mainRouteTableId"]]

    def _local_blocks(self, vpc: str) -> Iterator[str]:
        yield self.vpc(vpc)["cidrBlock"]
        kind = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
        for association in self.all(kind).values():
            if association["vpcId"] == vpc:
                yield association["cidrBlock"]

    def _route(self, subnet: str, address: int, tie: int) -> Properties | Any:
        """The route of the longest prefix, `"local"` for the VPC's own.

        Source: User Guide, "Route priority": the most specific route that matches, IPv4 apart from IPv6;
        between two of one destination, one of them a prefix list's, AWS chooses.
        """
        matches: list[tuple[int, Any]] = [
            (block(cidr)[2], "local")
            for cidr in self._local_blocks(self.subnet(subnet)["vpcId"])
            if within(address, cidr)
        ]
        for route in self.table_of(subnet).get("routes") or ():
            for cidr in self._destinations(route):
                if within(address, cidr):
                    matches.append((block(cidr)[2], route))
        longest = max((length for length, _ in matches), default=0)
        best = [route for length, route in matches if length == longest]
        if not best:
            lost("no route")
        chosen = best[tie % len(best)]
        if chosen != "local" and chosen.get("state") == "blackhole":
            lost("the route is a blackhole")
        return chosen

    def _destinations(self, route: Properties) -> list[str]:
        if route.get("cidrBlock"):
            return [route["cidrBlock"]]
        if route.get("destinationPrefixListId") and not str(route.get("gatewayId")).startswith("vpce-"):
            return self._prefix_list(route["destinationPrefixListId"])
        return []  # IPv6, or a gateway endpoint's: Amazon S3's and DynamoDB's own addresses.

    def _only_local(self, subnet: str, address: int, tie: int) -> None:
        route = self._route(subnet, address, tie)
        if route != "local":
            unspecified("a route more specific than the local one takes the reply elsewhere")

    def _prefix_list(self, key: str) -> list[str]:
        """Source: User Guide, "Group CIDR blocks using managed prefix lists"."""
        return [
            entry["cidr"]
            for entry in self.all("aws:ec2/managedPrefixList:ManagedPrefixList")[key].get("entries") or ()
        ]

    # Filters ----------------------------------------------------------------------------------------

    def _group_allows(
        self, groups: tuple[str, ...], direction: str, address: int, peers: tuple[str, ...], port: int
    ) -> bool:
        """Any rule of any group is enough. Source: User Guide, "Security group rules"."""
        for key in groups:
            for rule in self.all("aws:ec2/securityGroup:SecurityGroup")[key].get(direction) or ():
                if not covers(rule, port):
                    continue
                named = set(rule.get("securityGroups") or ()) | ({key} if rule.get("self") else set())
                blocks = list(rule.get("cidrBlocks") or ())
                for prefix_list in rule.get("prefixListIds") or ():
                    blocks += self._prefix_list(prefix_list)
                if named & set(peers) or any(within(address, cidr) for cidr in blocks):
                    return True
        return False

    def acl_of(self, subnet: str) -> Properties:
        """The subnet's own ACL, else its VPC's default one. Source: User Guide, "Default network ACL"."""
        if subnet not in self._acls:
            acls = self.all("aws:ec2/networkAcl:NetworkAcl")
            explicit = [acl for acl in acls.values() if subnet in (acl.get("subnetIds") or ())]
            default = self.vpc(self.subnet(subnet)["vpcId"])["defaultNetworkAclId"]
            self._acls[subnet] = explicit[0] if explicit else acls[default]
        return self._acls[subnet]

    def _acl(self, subnet: str, direction: str, address: int, port: int) -> None:
        """The entry of the lowest number that matches decides; where none does, the packet is denied.

        Source: User Guide, "Network ACL rules". `port` is the packet's destination port.
        """
        entries = self.acl_of(subnet).get(direction) or ()
        for entry in sorted(entries, key=lambda entry: int(entry["ruleNo"])):
            if entry.get("cidrBlock") and within(address, entry["cidrBlock"]) and covers(entry, port):
                if entry["action"] == "allow":
                    return
                break
        lost(f"the network ACL of {subnet} denies {direction} to port {port}")


def covers(rule: Properties, port: int) -> bool:
    """Whether a rule or entry is for TCP on `port`."""
    protocol = str(rule["protocol"])
    if protocol == ALL:
        return True
    return protocol in ("tcp", "6") and int(rule["fromPort"]) <= port <= int(rule["toPort"])
