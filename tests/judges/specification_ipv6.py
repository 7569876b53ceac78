"""The specification of IPv6: one concrete packet over IPv6, or translated to IPv4 on its way.

Like `specification.py`, which it extends, it shares no code with the proof. "User Guide" is the Amazon VPC
User Guide. An IPv4 address is an `int` here as there, an IPv6 address an `IPv6Address`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from tests.judges.specification import Account, Attempt, Properties, covers, lost, unspecified

NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL = IPv6Network("2000::/3")
DOCUMENTATION = IPv6Network("2001:db8::/32")
APP_RUNNER = "aws:apprunner/service:Service"
FUNCTION = "aws:lambda/function:Function"
TASKS = "aws:ecs/service:Service"
SECONDARY_BLOCK = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"


def inside(address: IPv6Address, cidr: str) -> bool:
    return address in IPv6Network(cidr, strict=False)


def is_public6(address: IPv6Address) -> bool:
    """Source: RFC 4291, "Global Unicast Addresses"; RFC 3849."""
    return address in GLOBAL and address not in DOCUMENTATION


def as_ipv6(address: int) -> IPv6Address:
    """The address that DNS64 makes of an IPv4 one. Source: User Guide, "DNS64 and NAT64"."""
    return NAT64[address]


class DualStackAccount(Account):
    """An account with IPv6 in its VPCs, and the workloads that can use it."""

    # Workloads --------------------------------------------------------------------------------------

    def services(self) -> dict[str, Properties]:
        return {**self.all(APP_RUNNER), **self.all(FUNCTION), **self.all(TASKS)}

    def placements(self, service: str) -> list[tuple[str, tuple[str, ...]]] | None:
        if service in self.all(APP_RUNNER):
            return super().placements(service)
        properties = self.services()[service]
        if service in self.all(FUNCTION):
            config = properties["vpcConfig"]
            return [(subnet, tuple(config["securityGroupIds"])) for subnet in config["subnetIds"]]
        config = properties["networkConfiguration"]
        return [(subnet, tuple(config["securityGroups"])) for subnet in config["subnets"]]

    def has_ipv4(self, subnet: str) -> bool:
        return "cidrBlock" in self.subnet(subnet)

    def runs_in(self, service: str, subnet: str) -> bool:
        """Tasks alone run in IPv6-only subnets.

        Sources: App Runner API Reference, "CreateVpcConnector"; AWS Lambda Developer Guide, "Giving Lambda
        functions access to resources in an Amazon VPC"; Amazon ECS Developer Guide, "Using a VPC in
        IPv6-only mode".
        """
        return self.has_ipv4(subnet) or service in self.all(TASKS)

    def has_ipv6(self, service: str, subnet: str) -> bool | None:
        """Whether the interfaces of `service` have IPv6 addresses; `None` where AWS does not say.

        Sources: AWS Lambda Developer Guide, "IPv6 support"; Amazon ECS Developer Guide, "Using a VPC in
        dual-stack mode" and "Access Amazon ECS features with account settings".
        """
        if "ipv6CidrBlock" not in self.subnet(subnet):
            return False
        if service in self.all(FUNCTION):
            return bool(self.all(FUNCTION)[service]["vpcConfig"]["ipv6AllowedForDualStack"])
        if service in self.all(TASKS) and not self.has_ipv4(subnet):
            return True
        settings = self.all("aws:ecs/accountSettingDefault:AccountSettingDefault").values()
        for setting in settings if service in self.all(TASKS) else ():
            return bool(setting["value"] == "enabled")
        return None

    # Addresses --------------------------------------------------------------------------------------

    def blocks6(self, vpc: str) -> Iterator[str]:
        """Source: User Guide, "VPC CIDR blocks": a VPC may have several IPv6 blocks."""
        if "ipv6CidrBlock" in self.vpc(vpc):
            yield self.vpc(vpc)["ipv6CidrBlock"]
        for association in self.all(SECONDARY_BLOCK).values():
            if association["vpcId"] == vpc:
                yield association["ipv6CidrBlock"]

    def is_in_vpc(self, address: IPv6Address) -> bool:
        """Whether a VPC of the account has the address."""
        vpcs = self.all("aws:ec2/vpc:Vpc")
        return any(inside(address, cidr) for vpc in vpcs for cidr in self.blocks6(vpc))

    def _subnets_with(self, address: IPv6Address, vpc: str) -> list[str]:
        return [
            key
            for key, subnet in self.all("aws:ec2/subnet:Subnet").items()
            if subnet["vpcId"] == vpc and "ipv6CidrBlock" in subnet
            if inside(address, subnet["ipv6CidrBlock"])
        ]

    # One connection ---------------------------------------------------------------------------------

    def _send(self, attempt: Attempt) -> None:
        destination: Any = attempt.destination
        if not isinstance(destination, IPv6Address):
            return super()._send(attempt)
        client = attempt.client
        if not self._group_allows(client.groups, "egress", destination, (), attempt.port):
            lost("the client's security groups have no egress rule for it")
        if inside(destination, self.subnet(client.subnet)["ipv6CidrBlock"]):
            # User Guide, "Control subnet traffic with network access control lists": not within a subnet.
            unspecified("what has that address in the subnet is not in the document")
        self._acl(client.subnet, "egress", destination, attempt.port)
        self._acl(client.subnet, "ingress", destination, attempt.reply_port)
        route = self._route(client.subnet, destination, attempt.tie)
        vpc = self.subnet(client.subnet)["vpcId"]
        if route == "local":
            return self._arrive(attempt, vpc, None)
        if "natGatewayId" in route:
            return self._translated(attempt, route["natGatewayId"], destination)
        if "vpcPeeringConnectionId" in route:
            return self._to_peer(attempt, route["vpcPeeringConnectionId"], vpc)
        return self._leave6(route, vpc, destination, attempt.port)

    def _translated(self, attempt: Attempt, nat: str, destination: IPv6Address) -> None:
        """Source: User Guide, "DNS64 and NAT64"."""
        if destination not in NAT64:
            lost("of IPv6, a NAT gateway translates what DNS64 has made alone")
        onward = replace(attempt, destination=int(destination) - int(NAT64[0]))
        self._through_nat(onward, nat, attempt.client.subnet, None)

    def _leave6(self, route: Properties, vpc: str, destination: IPv6Address, port: int) -> None:
        """Sources: User Guide, "Egress-only internet gateways", "Internet gateways" and "Block public access
        to VPCs and subnets".
        """
        if "egressOnlyGatewayId" in route:
            kind = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
            gateway = self.all(kind).get(route["egressOnlyGatewayId"])
        elif route.get("gatewayId", "").startswith("igw-"):
            gateway = self.all("aws:ec2/internetGateway:InternetGateway").get(route["gatewayId"])
        else:
            unspecified(f"a route to {sorted(route)} leads out of what the document shows")
        if not is_public6(destination):
            lost("no host of the internet has that address")
        if gateway is None:
            unspecified("a route to a gateway that is not there and is no blackhole")
        if gateway.get("vpcId") != vpc:
            lost("the gateway is not that of this VPC")
        if self._blocks6(vpc, "gatewayId" in route):
            lost("VPC Block Public Access")
        if "gatewayId" in route and not self.all(TASKS):
            unspecified("whether an interface that a service shares may use an internet gateway over IPv6")
        if self.is_in_vpc(destination):
            unspecified("whether that VPC lets the internet in")
        if port == 25:
            unspecified("port 25 is blocked unless the account has asked otherwise")

    def _to_peer(self, attempt: Attempt, connection: str, vpc: str) -> None:
        """Sources: Amazon VPC Peering Guide, "VPC peering limitations" and "Update your route tables for a
        VPC peering connection".
        """
        destination: Any = attempt.destination
        link = self.all("aws:ec2/vpcPeeringConnection:VpcPeeringConnection")[connection]
        peer = ({link["vpcId"], link["peerVpcId"]} - {vpc}).pop()
        if not any(inside(destination, cidr) for cidr in self.blocks6(peer)):
            lost("a peering connection carries the peer VPC's own addresses alone")
        self._arrive(attempt, peer, connection)

    def _arrive(self, attempt: Attempt, vpc: str, connection: str | None) -> None:
        """Into the subnet of `vpc` that has the address, and back by the peering connection, if any."""
        destination: Any = attempt.destination
        address = attempt.client.address
        for subnet in self._subnets_with(destination, vpc):
            self._acl(subnet, "ingress", address, attempt.port)
            self._acl(subnet, "egress", address, attempt.reply_port)
            if connection is None:
                self._only_local(subnet, address, attempt.tie)
                continue
            back = self._route(subnet, address, attempt.tie)
            if back == "local" or {"natGatewayId", "gatewayId", "egressOnlyGatewayId"} & set(back):
                lost("the reply is not routed back to the peering connection")
        unspecified("what has that address in the VPC is not in the document")

    def _blocks6(self, vpc: str, both_ways: bool) -> bool:
        """Sources: User Guide, "VPC BPA basics" and "Advanced example": no exclusion for egress alone helps
        at an internet gateway, where blocking what comes in stops all that no NAT gateway has sent.
        """
        if not both_ways:
            return self._blocks_public_access(vpc)
        options = self.all("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions").values()
        excluded = self.all("aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion").values()
        modes = [held["internetGatewayExclusionMode"] for held in excluded if held["vpcId"] == vpc]
        blocks = any(held["internetGatewayBlockMode"] != "off" for held in options)
        return blocks and "allow-bidirectional" not in modes

    # Routes and filters -----------------------------------------------------------------------------

    def _route(self, subnet: str, address: Any, tie: int) -> Properties | Any:
        """Source: User Guide, "Route priority": IPv6 apart from IPv4."""
        if not isinstance(address, IPv6Address):
            return super()._route(subnet, address, tie)
        matches: list[tuple[int, Any]] = [
            (IPv6Network(cidr).prefixlen, "local")
            for cidr in self.blocks6(self.subnet(subnet)["vpcId"])
            if inside(address, cidr)
        ]
        for route in self.table_of(subnet)["routes"]:
            for cidr in self._destinations6(route):
                if inside(address, cidr):
                    matches.append((IPv6Network(cidr, strict=False).prefixlen, route))
        longest = max((length for length, _ in matches), default=0)
        best = [route for length, route in matches if length == longest]
        if not best:
            lost("no route")
        chosen = best[tie % len(best)]
        if chosen != "local" and chosen["state"] == "blackhole":
            lost("the route is a blackhole")
        return chosen

    def _destinations6(self, route: Properties) -> list[str]:
        if route.get("ipv6CidrBlock"):
            return [route["ipv6CidrBlock"]]
        return self._listed6(route["destinationPrefixListId"]) if "destinationPrefixListId" in route else []

    def _prefix_list(self, key: str) -> list[str]:
        return [cidr for cidr in super()._prefix_list(key) if ":" not in cidr]

    def _listed6(self, key: str) -> list[str]:
        return [cidr for cidr in super()._prefix_list(key) if ":" in cidr]

    def _group_allows(
        self, groups: tuple[str, ...], direction: str, address: Any, peers: tuple[str, ...], port: int
    ) -> bool:
        """Source: User Guide, "Security group rules"."""
        if not isinstance(address, IPv6Address):
            return super()._group_allows(groups, direction, address, peers, port)
        for key in groups:
            for rule in self.all("aws:ec2/securityGroup:SecurityGroup")[key][direction]:
                blocks = [*rule.get("ipv6CidrBlocks", ())]
                for prefix_list in rule.get("prefixListIds", ()):
                    blocks += self._listed6(prefix_list)
                if covers(rule, port) and any(inside(address, cidr) for cidr in blocks):
                    return True
        return False

    def _acl(self, subnet: str, direction: str, address: Any, port: int) -> None:
        """Source: User Guide, "Network ACL rules"."""
        if not isinstance(address, IPv6Address):
            super()._acl(subnet, direction, address, port)
            return
        for entry in sorted(self.acl_of(subnet)[direction], key=lambda entry: int(entry["ruleNo"])):
            cidr = entry.get("ipv6CidrBlock")
            if cidr and inside(address, cidr) and covers(entry, port):
                if entry["action"] == "allow":
                    return
                break
        lost(f"the network ACL of {subnet} denies {direction} to port {port}")
