"""An account as Linux network namespaces: what AWS's routers and filters do, done by the kernel's own.

A subnet is a router of its own with its route table and, between it and everything outside, its ACL as
stateless filters. A connector's or an endpoint's interface is a host in its subnet with its security groups
as stateful filters, a NAT gateway one that masquerades. An internet gateway translates the private addresses
of NAT gateways to their Elastic IP addresses and drops the rest; beyond it is a host with every address asked
for. Routers are joined pairwise; a route to a NAT gateway has a link of its own, so that it gets the packet.
"""

from __future__ import annotations

import select
import socket
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from tests.judges.kernel.namespaces import Namespace, ip
from tests.judges.specification import SMTP_PORTS, Account, Interface, block

Properties = Mapping[str, Any]

INTERNET = "internet"
UNSUPPORTED_TARGETS = (
    "networkInterfaceId",
    "transitGatewayId",
    "egressOnlyGatewayId",
    "destinationPrefixListId",
)


def text(address: int) -> str:
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def can_build(account: Account) -> bool:
    """Whether the account has only what is built here, names lead where they should, and the local routes are
    the most specific ones for a VPC's own addresses.
    """
    vpcs = account.all("aws:ec2/vpc:Vpc")
    routes = [
        route for table in account.all("aws:ec2/routeTable:RouteTable").values() for route in table["routes"]
    ]
    nats = account.all("aws:ec2/natGateway:NatGateway").values()
    return not (
        any(target in route for target in UNSUPPORTED_TARGETS for route in routes)
        or any(route.get("gatewayId", "").startswith("vgw-") for route in routes)
        or any(
            _is_inside(route["cidrBlock"], vpc["cidrBlock"])
            for route in routes
            for vpc in vpcs.values()
            if "cidrBlock" in route
        )
        or any(nat.get("availabilityMode") == "regional" for nat in nats)
        or account.all("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")
        or account.all("aws:route53/zone:Zone")
        or account.all("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions")
        or not all(account.has_resolver(vpc) and account.uses_resolver(vpc) for vpc in vpcs)
    )


def _is_inside(one: str, other: str) -> bool:
    (first, last, _), (low, high, _) = block(one), block(other)
    return low <= first <= last <= high


@dataclass
class _Node:
    """A namespace with what is still to be done in it."""

    namespace: Namespace
    number: int
    commands: list[str]
    rules: list[str]
    links: int = 0

    @property
    def address(self) -> str:
        return f"169.254.{self.number}.1"


class Network:
    """The namespaces of one account; a context manager."""

    def __init__(
        self,
        account: Account,
        clients: Sequence[Interface],
        servers: Sequence[Interface],
        hosts: Iterable[int],
    ) -> None:
        self.account = account
        self._stack = ExitStack()
        self._nodes: dict[str, _Node] = {}
        self._pairs: list[str] = []
        self._inside: dict[str, str] = {}
        self._members: defaultdict[str, list[str]] = defaultdict(list)
        for interface in (*clients, *servers):
            for group in interface.groups:
                self._members[group].append(text(interface.address))
        self.clients, self.servers = clients, servers
        self.hosts = sorted(set(hosts))

    def __enter__(self) -> Network:
        self._build()
        ip(self._pairs)
        for node in self._nodes.values():
            node.namespace.ip(["link set lo up", f"addr add {node.address}/32 dev lo", *node.commands])
            if node.rules:
                node.namespace.nft("\n".join(("table ip aws {", *node.rules, "}", "")))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # What is built ----------------------------------------------------------------------------------

    def _build(self) -> None:
        for key in self.account.all("aws:ec2/subnet:Subnet"):
            self._node(key)
        for gateway in self.account.all("aws:ec2/internetGateway:InternetGateway"):
            self._node(gateway)
        self._internet()
        for interface in self.clients:
            self._host(_client(interface), interface)
            self._node(_client(interface)).rules += self._client_filter(interface)
        for interface in self.servers:
            self._host(_server(interface), interface)
            self._node(_server(interface)).rules += self._server_filter(interface)
        for key, nat in self.account.all("aws:ec2/natGateway:NatGateway").items():
            if nat["state"] in ("available", "pending"):
                self._nat(key, nat)
        for key, subnet in self.account.all("aws:ec2/subnet:Subnet").items():
            self._routes(key, subnet)
            self._node(key).rules += self._acl(key)

    def _node(self, name: str) -> _Node:
        if name not in self._nodes:
            namespace = self._stack.enter_context(Namespace())
            self._nodes[name] = _Node(namespace, len(self._nodes) + 1, [], [])
        return self._nodes[name]

    def _link(self, one: str, other: str, kinds: tuple[str, str] = ("x", "x")) -> tuple[str, str]:
        """Join two namespaces; the names of the link's ends begin with `kinds`."""
        ends = []
        for name, kind in zip((one, other), kinds, strict=True):
            node = self._node(name)
            node.links += 1
            end = f"{kind}{node.links}"
            node.commands.append(f"link set {end} up")
            ends.append(end)
        first, second = (self._node(name).namespace.path for name in (one, other))
        self._pairs.append(f"link add {ends[0]} netns {first} type veth peer name {ends[1]} netns {second}")
        return ends[0], ends[1]

    def _send(self, node: str, destination: str, over: str, to: str, *, table: str = "main") -> None:
        """A route of `node` over its link `over` to the namespace `to`."""
        via = self._node(to).address
        self._node(node).commands.append(f"route add {destination} via {via} dev {over} onlink table {table}")

    def _host(self, name: str, interface: Interface) -> str:
        """An interface in a subnet; the name of the router's link to it."""
        inside, end = self._link(interface.subnet, name, ("h", "x"))
        address = text(interface.address)
        self._node(name).commands.append(f"addr add {address}/32 dev {end}")
        self._send(name, "default", end, interface.subnet)
        self._send(interface.subnet, f"{address}/32", inside, name)
        return inside

    def _internet(self) -> None:
        node = self._node(INTERNET)
        node.commands += [f"addr add {text(host)}/32 dev lo" for host in self.hosts]
        for gateway in self.account.all("aws:ec2/internetGateway:InternetGateway"):
            here, there = self._link(gateway, INTERNET)
            self._send(gateway, "default", here, INTERNET)
            for nat in self.account.all("aws:ec2/natGateway:NatGateway").values():
                if nat.get("publicIp") and self._gateway_of(nat) == gateway:
                    self._send(INTERNET, f"{nat['publicIp']}/32", there, gateway)
            mapped = [
                (text(self._nat_address(key)), nat["publicIp"])
                for key, nat in self.account.all("aws:ec2/natGateway:NatGateway").items()
                if nat.get("publicIp") and nat["connectivityType"] == "public"
            ]
            sources = "".join(
                f"ip saddr {private} oifname {here} snat to {public};\n" for private, public in mapped
            )
            passing = "".join(f"ip saddr {private} accept;\n" for private, _ in mapped)
            self._node(gateway).rules += [
                f"chain out {{ type nat hook postrouting priority 100;\n{sources}}}",
                "chain through { type filter hook forward priority 0; policy drop;\n"
                f"ct state established,related accept;\n{passing}}}",
            ]

    def _gateway_of(self, nat: Properties) -> str:
        vpc = self.account.subnet(nat["subnetId"])["vpcId"]
        gateways = self.account.all("aws:ec2/internetGateway:InternetGateway").items()
        return next((key for key, held in gateways if held.get("vpcId") == vpc), "")

    def _nat_address(self, key: str) -> int:
        nats = list(self.account.all("aws:ec2/natGateway:NatGateway"))
        subnet = self.account.all("aws:ec2/natGateway:NatGateway")[key]["subnetId"]
        return block(self.account.subnet(subnet)["cidrBlock"])[0] + 200 + nats.index(key)

    def _nat(self, key: str, nat: Properties) -> None:
        address = self._nat_address(key)
        self._inside[key] = self._host(key, Interface(nat["subnetId"], address, ()))
        self._node(key).rules.append(
            "chain out { type nat hook postrouting priority 100;\n"
            f"ip saddr != {text(address)} snat to {text(address)};\n}}"
        )

    # Routes -----------------------------------------------------------------------------------------

    def _routes(self, key: str, subnet: Properties) -> None:
        """The local routes to each other subnet of the VPC, and those of the subnet's table."""
        for other, held in self.account.all("aws:ec2/subnet:Subnet").items():
            if other != key and held["vpcId"] == subnet["vpcId"]:
                here, _ = self._link(key, other)
                self._send(key, held["cidrBlock"], here, other)
        commands = self._node(key).commands
        commands.append(f"route add unreachable {self.account.vpc(subnet['vpcId'])['cidrBlock']} metric 9000")
        for route in self.account.table_of(key)["routes"]:
            if "cidrBlock" in route:
                self._route(key, subnet, route)

    def _route(self, key: str, subnet: Properties, route: Properties) -> None:
        destination = route["cidrBlock"]
        nats = self.account.all("aws:ec2/natGateway:NatGateway")
        gateway = self.account.all("aws:ec2/internetGateway:InternetGateway").get(
            route.get("gatewayId", ""), {}
        )
        if route.get("state") != "blackhole" and gateway.get("vpcId") == subnet["vpcId"]:
            here, there = self._link(key, route["gatewayId"])
            self._send(key, destination, here, route["gatewayId"])
            back = f"route replace {subnet['cidrBlock']} via {self._node(key).address} dev {there} onlink"
            self._node(route["gatewayId"]).commands.append(back)
        elif route.get("state") != "blackhole" and route.get("natGatewayId", "") in self._nodes:
            self._route_to_nat(key, destination, route["natGatewayId"], nats[route["natGatewayId"]])
        elif route.get("state") != "blackhole" and "vpcPeeringConnectionId" in route:
            here, _ = self._link(key, self._peering(route["vpcPeeringConnectionId"], subnet["vpcId"]))
            self._send(key, destination, here, route["vpcPeeringConnectionId"])
        else:
            self._node(key).commands.append(f"route add blackhole {destination}")

    def _peering(self, key: str, vpc: str) -> str:
        """Into another VPC, which has a way to the internet, and lets packets to its own addresses in."""
        if key not in self._nodes:
            held = self.account.all("aws:ec2/vpcPeeringConnection:VpcPeeringConnection")[key]
            (peer,) = {held["vpcId"], held["peerVpcId"]} - {vpc}
            cidr = self.account.vpc(peer)["cidrBlock"]
            here, _ = self._link(key, INTERNET)
            self._send(key, "default", here, INTERNET)
            passing = f"policy drop;\nip daddr {cidr} accept;\n"
            self._node(key).rules.append(f"chain through {{ type filter hook forward priority 0; {passing}}}")
        return key

    def _route_to_nat(self, key: str, destination: str, nat_id: str, nat: Properties) -> None:
        home, inside = nat["subnetId"], self._inside[nat_id]
        if home == key:
            self._send(key, destination, inside, nat_id)
            return
        here, there = self._link(key, home)
        self._send(key, destination, here, home)
        table = str(100 + self._node(home).links)
        self._node(home).commands.append(f"rule add iif {there} lookup {table}")
        self._send(home, "default", inside, nat_id, table=table)

    # Filters ----------------------------------------------------------------------------------------

    def _acl(self, subnet: str) -> list[str]:
        """Stateless: nothing here asks for the state of a connection."""
        acl = self.account.acl_of(subnet)
        chains = [
            f"chain {direction} {{\n{''.join(_acl_rules(acl[direction], side))}drop;\n}}"
            for direction, side in (("egress", "daddr"), ("ingress", "saddr"))
        ]
        return [
            *chains,
            "chain through { type filter hook forward priority 0;\n"
            'iifname "h*" oifname "x*" jump egress;\niifname "x*" oifname "h*" jump ingress;\n}',
        ]

    def _client_filter(self, client: Interface) -> list[str]:
        rules = "".join(self._group_rules(client.groups, "egress", "daddr"))
        return [
            f"chain out {{ type filter hook output priority 0; policy drop;\n{rules}}}",
            "chain in { type filter hook input priority 0; policy drop;\nct state established accept;\n}",
        ]

    def _server_filter(self, server: Interface) -> list[str]:
        rules = "".join(self._group_rules(server.groups, "ingress", "saddr"))
        established = "ct state established accept;\n"
        return [
            f"chain in {{ type filter hook input priority 0; policy drop;\n{established}{rules}}}",
            f"chain out {{ type filter hook output priority 0; policy drop;\n{established}}}",
        ]

    def _group_rules(self, groups: Sequence[str], direction: str, side: str) -> Iterator[str]:
        """Group references become the addresses of their members."""
        for key in groups:
            for rule in self.account.all("aws:ec2/securityGroup:SecurityGroup")[key].get(direction) or ():
                named = [*(rule.get("securityGroups") or ()), *([key] if rule.get("self") else [])]
                blocks = list(rule.get("cidrBlocks") or ())
                blocks += [f"{address}/32" for group in named for address in self._members[group]]
                for listed in rule.get("prefixListIds") or ():
                    entries = self.account.all("aws:ec2/managedPrefixList:ManagedPrefixList")[listed][
                        "entries"
                    ]
                    blocks += [entry["cidr"] for entry in entries]
                ports = _ports(rule)
                for cidr in blocks if ports is not None else ():
                    yield f"{_side(side, cidr)}{ports}accept;\n"

    # Connections ------------------------------------------------------------------------------------

    def listen(self, ports: Iterable[int]) -> None:
        """Servers on the internet's hosts on all `ports`, and on the endpoints' interfaces on SES's."""
        for port in ports:
            self._stack.enter_context(self._node(INTERNET).namespace.listen(port))
        for server in self.servers:
            for port in SMTP_PORTS:
                self._stack.enter_context(self._node(_server(server)).namespace.listen(port))

    def connect(self, attempts: Sequence[tuple[Interface, int, int, int]], patience: float) -> list[bool]:
        """Whether each `(client, address, port, source port)` connects within `patience` seconds."""
        with ExitStack() as stack:
            pending = {}
            connected = [False] * len(attempts)
            for number, (client, address, port, source) in enumerate(attempts):
                namespace = self._node(_client(client)).namespace
                pending[stack.enter_context(namespace.connect(text(address), port, source))] = number
            deadline = time.monotonic() + patience
            while pending and time.monotonic() < deadline:
                _, ready, _ = select.select([], list(pending), [], deadline - time.monotonic())
                for done in ready:
                    connected[pending.pop(done)] = done.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        return connected


def _client(interface: Interface) -> str:
    return f"client in {interface.subnet}"


def _server(interface: Interface) -> str:
    return f"server in {interface.subnet}"


def _acl_rules(entries: Sequence[Properties], side: str) -> Iterator[str]:
    for entry in sorted(entries, key=lambda entry: int(entry["ruleNo"])):
        ports = _ports(entry)
        if entry.get("cidrBlock") and ports is not None:
            verdict = "accept" if entry["action"] == "allow" else "drop"
            yield f"{_side(side, entry['cidrBlock'])}{ports}{verdict};\n"


def _side(side: str, cidr: str) -> str:
    return f"ip {side} {cidr} "


def _ports(rule: Properties) -> str | None:
    """The match on TCP ports of a rule or entry; `None` where it is for another protocol."""
    if str(rule["protocol"]) == "-1":
        return ""
    return (
        f"tcp dport {rule['fromPort']}-{rule['toPort']} " if str(rule["protocol"]) in ("tcp", "6") else None
    )
