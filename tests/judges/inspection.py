"""The specification of firewalls on the way: one concrete connection through one policy, packet by packet.

Like `specification.py`, which it extends, it shares no code with the proof. "Developer Guide" is the AWS
Network Firewall Developer Guide, "User Guide" the Amazon VPC User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.judges.specification import Account, Attempt, Fate, Properties, block, lost, unspecified, within

TCP = 6
WITHOUT_PAYLOAD = ("TCP", "IP")
"""The protocols that a packet shows before anything is said in the connection."""
BEGIN_IN_CLEAR = (25, 587, 2525, 2587)
TLS = {
    "protocol": "TLS",
    "source": "ANY",
    "sourcePort": "ANY",
    "direction": "FORWARD",
    "destination": "ANY",
    "destinationPort": "ANY",
}
NEVER_MAIL = ("UDP", "ICMP", "HTTP", "DNS", "SSH", "NTP")


@dataclass(frozen=True)
class Packet:
    """A TCP packet."""

    source: int
    source_port: int
    destination: int
    destination_port: int

    @property
    def reply(self) -> Packet:
        return Packet(self.destination, self.destination_port, self.source, self.source_port)


class InspectedAccount(Account):
    """An account whose routes may lead through the endpoints of firewalls."""

    def connect(self, attempt: Attempt) -> tuple[Fate, str]:
        self._nat: Packet | None = None
        self._via: str | None = None
        self._before: str | None = None
        self._transit: str | None = None
        self._behind: list[str] = [attempt.client.subnet]
        self._doubts: list[str] = []
        fate, reason = super().connect(attempt)
        if fate is Fate.CONNECTED and self._doubts:
            return Fate.UNSPECIFIED, self._doubts[0]
        return fate, reason

    def _through_transit(self, attempt: Attempt, gateway: str) -> None:
        self._transit, self._behind = gateway, []
        super()._through_transit(attempt, gateway)

    def _through_nat(self, attempt: Attempt, nat_id: str, origin: str, transit: str | None) -> None:
        nat = self.all("aws:ec2/natGateway:NatGateway").get(nat_id, {})
        before = self._via
        if "subnetId" in nat:
            address = block(self.subnet(nat["subnetId"])["cidrBlock"])[0] + 5
            self._nat = Packet(address, attempt.translated_port, attempt.destination, attempt.port)
            self._behind = [nat["subnetId"]]
        elif before is not None:
            self._doubts.append("how a regional NAT gateway routes replies to a firewall")
        self._translator, self._before, self._via = nat_id, before, None
        super()._through_nat(attempt, nat_id, origin, transit)

    def _only_local(self, subnet: str, address: int, tie: int) -> None:
        """The way back from a NAT gateway's subnet: by the firewall that the client's packets came by."""
        via = self._before if self._nat is not None else self._via
        if via is None:
            return super()._only_local(subnet, address, tie)
        return self._only_through(via, self._route(subnet, address, tie))

    def _only_through(self, via: str | None, route: Properties | Any) -> None:
        """Source: Developer Guide, "Avoiding asymmetric routing with AWS Network Firewall": not supported."""
        if via is None and self._transit is not None and self._nat is None:
            if route == "local" or route.get("transitGatewayId") != self._transit:
                lost("the reply is not routed back to the transit gateway")
            return
        taken = None if route == "local" else route.get("vpcEndpointId", "elsewhere")
        if taken != via:
            self._doubts.append("the reply comes by another way than the firewall's endpoint")

    def _leave(self, route: Properties, vpc: str, attempt: Attempt, *, from_public_address: bool) -> None:
        """Source: Developer Guide, "AWS Network Firewall example architectures with routing"."""
        packet = self._nat or Packet(
            attempt.client.address, attempt.reply_port, attempt.destination, attempt.port
        )
        if "vpcEndpointId" not in route:
            super()._leave(route, vpc, attempt, from_public_address=from_public_address)
            if "gatewayId" in route:
                self._only_through(self._via, self._edge_route(route["gatewayId"], vpc, packet.source))
            return
        firewall, subnet = self._endpoint(route["vpcEndpointId"])
        if subnet in self._behind:
            lost("it goes round in a circle")
        self._acl(subnet, "ingress", packet.source, packet.destination_port)
        self._acl(subnet, "egress", packet.source, packet.source_port)
        self._inspect(firewall, packet)
        self._acl(subnet, "egress", packet.destination, packet.destination_port)
        self._acl(subnet, "ingress", packet.destination, packet.source_port)
        self._only_through(self._via, self._route(subnet, packet.source, attempt.tie))
        self._via = route["vpcEndpointId"]
        self._behind.append(subnet)
        onward = self._route(subnet, packet.destination, attempt.tie)
        if onward == "local":
            unspecified("what has that address in the VPC is not in the document")
        if self._nat is not None and onward.get("natGatewayId") == self._translator:
            lost("behind the NAT gateway the firewall's own subnet routes back to it")
        if "natGatewayId" in onward and self._nat is None:
            self._through_nat(attempt, onward["natGatewayId"], subnet, None)
        else:
            self._leave(onward, vpc, attempt, from_public_address=from_public_address)

    def _blocks_public_access(self, vpc: str) -> bool:
        """Source: User Guide, "VPC BPA basics": to exclude a firewall's subnets is not enough, and nothing is
        said of what else would do; nor of what a NAT gateway sends by way of a firewall.
        """
        blocks = super()._blocks_public_access(vpc)
        options = self.all("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions").values()
        modes = [held["internetGatewayBlockMode"] for held in options]
        if ("block-bidirectional" in modes and (self._via or self._before)) or (
            "block-ingress" in modes and self._via
        ):
            self._doubts.append("VPC Block Public Access, and a firewall on the way")
        return blocks

    def _endpoint(self, key: str) -> tuple[Properties, str]:
        for firewall in self.all("aws:networkfirewall/firewall:Firewall").values():
            for state in firewall["firewallStatuses"][0]["syncStates"]:
                for attachment in state["attachments"]:
                    if attachment["endpointId"] == key:
                        return firewall, attachment["subnetId"]
        return unspecified("an endpoint of which the document shows nothing")

    def _edge_route(self, gateway: str, vpc: str, address: int) -> Properties | Any:
        """Source: User Guide, "Gateway route tables"."""
        found: list[tuple[int, Any]] = [
            (block(cidr)[2], "local") for cidr in self._local_blocks(vpc) if within(address, cidr)
        ]
        for table in self.all("aws:ec2/routeTable:RouteTable").values():
            if any(link.get("gatewayId") == gateway for link in table.get("associations") or ()):
                found += [
                    (block(cidr)[2], route)
                    for route in table["routes"]
                    for cidr in self._destinations(route)
                    if within(address, cidr)
                ]
        best: Properties | Any = max(found, key=lambda one: one[0], default=(0, "local"))[1]
        if best != "local" and best["state"] == "blackhole":
            lost("the route for what comes in by the internet gateway is a blackhole")
        return best

    # The policy -------------------------------------------------------------------------------------

    def _inspect(self, firewall: Properties, packet: Packet) -> None:
        """Source: Developer Guide, "How AWS Network Firewall filters network traffic"."""
        policies = self.all("aws:networkfirewall/firewallPolicy:FirewallPolicy")
        if firewall["firewallPolicyArn"] not in policies:
            return self._doubts.append("the policy is not in the document")
        policy = policies[firewall["firewallPolicyArn"]]["firewallPolicy"]
        there, back = self._stateless(policy, packet), self._stateless(policy, packet.reply)
        if {"aws:drop"} in (there, back):
            lost("a stateless rule drops it, or its reply")
        if there != back or len(there) > 1:
            return self._doubts.append("the stateful rules may see one direction alone")
        if there == {"aws:forward_to_sfe"}:
            passes = self._passes(policy, packet)
            if passes == {False}:
                lost("a stateful rule drops it")
            if len(passes) > 1:
                self._doubts.append("what a rule looks at is not in the packet's header")
        return None

    def _groups(self, policy: Properties, kind: str) -> Iterator[Properties]:
        groups = self.all("aws:networkfirewall/ruleGroup:RuleGroup")
        references = policy.get(kind) or ()
        for reference in sorted(references, key=lambda reference: int(reference.get("priority", 0))):
            if reference["resourceArn"] not in groups:
                unspecified("a rule group is not in the document")
            yield groups[reference["resourceArn"]]["ruleGroup"]["rulesSource"]

    def _stateless(self, policy: Properties, packet: Packet) -> set[str]:
        """The standard action for one packet, or several where TCP flags decide.

        Source: Developer Guide, "Stateless rule groups in AWS Network Firewall".
        """
        found: set[str] = set()
        for source in self._groups(policy, "statelessRuleGroupReferences"):
            rules = source["statelessRulesAndCustomActions"]["statelessRules"]
            for rule in sorted(rules, key=lambda rule: int(rule["priority"])):
                match = rule["ruleDefinition"]["matchAttributes"]
                if _matches_attributes(match, packet):
                    found.add(rule["ruleDefinition"]["actions"][0])
                    if not match.get("tcpFlags"):
                        return found
        return found | {policy["statelessDefaultActions"][0]}

    def _passes(self, policy: Properties, packet: Packet) -> set[bool]:
        """Whether the stateful rules let a connection through whose first packet is `packet`.

        They see that packet, then the reply, until one of them passes or drops the connection. Both may
        be where a rule looks at more than headers. Source: Developer Guide, "Managing evaluation order for
        Suricata compatible rules in AWS Network Firewall".
        """
        strict = (policy.get("statefulEngineOptions") or {}).get("ruleOrder") == "STRICT_ORDER"
        rules: list[Properties] = []
        for source in self._groups(policy, "statefulRuleGroupReferences"):
            if "TLS_SNI" in (source.get("rulesSourceList") or {}).get("targetTypes", ()):
                # Where SMTP begins in clear, the default action comes before any server name.
                actions = ("DROP",) if packet.destination_port in BEGIN_IN_CLEAR else ("PASS", "DROP")
                rules += [{"action": action, "header": TLS, "ruleOptions": []} for action in actions]
            rules += source.get("statefulRules") or ()
        if not strict:
            rules.sort(key=lambda rule: ["PASS", "DROP", "REJECT", "ALERT"].index(rule["action"]))
        drops = [action for action in policy.get("statefulDefaultActions") or () if "drop" in action]
        found: set[bool] = set()
        for seen in (packet, packet.reply):
            taken = _actions(rules, seen)
            found |= {action == "PASS" for action in taken - {"none"}}
            if "none" not in taken:
                return found
            if strict and "aws:drop_strict" in drops:
                break
        return found | {not (strict and drops)}


def _matches_attributes(match: Properties, packet: Packet) -> bool:
    """An attribute that is not set matches everything."""
    return (
        _in_blocks(match.get("sources"), packet.source)
        and _in_blocks(match.get("destinations"), packet.destination)
        and _in_ranges(match.get("sourcePorts"), packet.source_port)
        and _in_ranges(match.get("destinationPorts"), packet.destination_port)
        and TCP in (match.get("protocols") or [TCP])
    )


def _in_blocks(blocks: Sequence[Properties] | None, address: int) -> bool:
    return not blocks or any(within(address, entry["addressDefinition"]) for entry in blocks)


def _in_ranges(ranges: Sequence[Properties] | None, port: int) -> bool:
    return not ranges or any(entry["fromPort"] <= port <= entry["toPort"] for entry in ranges)


def _actions(rules: Sequence[Properties], packet: Packet) -> set[str]:
    """What the first rule that matches `packet` does with its connection; alerts do nothing.

    Several where it cannot be known from the header whether a rule matches.
    """
    found: set[str] = set()
    for rule in rules:
        header = rule["header"]
        if rule["action"] == "ALERT" or header["protocol"] in NEVER_MAIL:
            continue
        ways = [packet, packet.reply] if header["direction"] == "ANY" else [packet]
        if any(_matches_header(header, way) for way in ways):
            options = {option["keyword"] for option in rule["ruleOptions"]}
            found.add("PASS" if rule["action"] == "PASS" else "DROP")
            shown = header["protocol"] in WITHOUT_PAYLOAD and options <= {"sid", "msg"}
            if shown and not any("$" in text for text in header.values()):
                return found
    return found | {"none"}


def _matches_header(header: Properties, packet: Packet) -> bool:
    return (
        _address(header["source"], packet.source)
        and _address(header["destination"], packet.destination)
        and _port(header["sourcePort"], packet.source_port)
        and _port(header["destinationPort"], packet.destination_port)
    )


def _address(text: str, address: int) -> bool:
    return text == "ANY" or "$" in text or any(within(address, part) for part in text.strip("[]").split(","))


def _port(text: str, port: int) -> bool:
    if text == "ANY":
        return True
    for part in text.strip("[]").split(","):
        low, _, high = part.partition(":")
        if int(low) <= port <= int(high or low):
            return True
    return False
