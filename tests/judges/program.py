"""The account of an evidence document as a Pulumi program would declare it: planned, or just created.

The notation of routes, rules and attachments (inline, or resources of their own) is chosen at random. In a
preview nothing that AWS gives is known: ids are unknown, references are the property's dependencies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from reachability import UNKNOWN, Resource
from tests.judges import topologies as t
from tests.judges.firewalls import FIREWALL

Properties = dict[str, Any]
AsOne = Callable[[list[Any]], bool]

COMPUTED: Final[Mapping[str, tuple[str, ...]]] = {
    t.VPC: (
        "mainRouteTableId",
        "defaultRouteTableId",
        "defaultSecurityGroupId",
        "defaultNetworkAclId",
        "dhcpOptionsId",
    ),
    t.SUBNET: ("availabilityZoneId",),
    t.NAT_GATEWAY: ("publicIp", "state", "privateIp"),
    t.ENDPOINT: ("state", "dnsEntries"),
    t.TRANSIT_GATEWAY: ("associationDefaultRouteTableId",),
    t.ZONE: ("zoneId",),
    t.PEERING: ("acceptStatus",),
    FIREWALL: ("firewallStatuses",),
}
"""What AWS computes, by type: the program does not set it."""

REFERENCES_TO_DEFAULTS: Final = {
    "mainRouteTableId": "routeTableId",
    "defaultSecurityGroupId": "securityGroupId",
    "defaultNetworkAclId": "networkAclId",
}


def can_declare(document: t.Document) -> bool:
    """Whether a program can say it: nobody declares a blackhole, a failed NAT gateway or what AWS refuses."""
    zones = {each["id"]: each["properties"].get("availabilityZone") for each in document["resources"]}
    for resource in document["resources"]:
        properties = resource["properties"]
        if resource["type"] == t.NAT_GATEWAY and properties["state"] != "available":
            return False
        if any(route.get("state") == "blackhole" for route in properties.get("routes") or ()):
            return False
        if resource["type"] == t.ENDPOINT and t.REGION not in properties["serviceName"]:
            return False
        if resource["type"] == t.TRANSIT_ATTACHMENT:
            of_attachment = [zones.get(subnet) for subnet in properties["subnetIds"]]
            if len(set(of_attachment)) < len(of_attachment):
                return False
    return True


class Program:
    """A program that declares all that `document` shows."""

    def __init__(self, document: t.Document, rng: Random) -> None:
        self.rng = rng
        self.held = {
            entry["id"]: (entry["type"], dict(entry["properties"])) for entry in document["resources"]
        }
        self.declared: dict[str, tuple[str, Properties]] = {}
        self.made_by: dict[str, str] = {}
        """What AWS makes with a VPC, transit gateway or firewall, with that; less what the program adopts."""
        for key, (type_, properties) in self.held.items():
            self._declare(key, type_, properties)

    def resources(self, *, preview: bool, as_one: AsOne = lambda _list: False) -> list[Resource]:
        """The program's resources, in any order.

        Args:
            preview: before creation; else just created, with every id known.
            as_one: which lists with an unknown in them are one output, and unknown as a whole.
        """
        found = [self._resource(key, preview, as_one) for key in self.declared]
        self.rng.shuffle(found)
        return found

    # What is declared -------------------------------------------------------------------------------

    def _add(self, type_: str, key: str, /, **properties: Any) -> None:
        self.declared[key] = (type_, {name: value for name, value in properties.items() if value is not None})

    def _declare(self, key: str, type_: str, properties: Properties) -> None:
        self.made_by.update(dict.fromkeys(_made_with(type_, properties), key))
        if type_ == t.DHCP_OPTIONS and key == "dopt-amazon":
            return
        if type_ == t.ROUTE_TABLE:
            self._declare_table(key, properties)
        elif type_ == t.GROUP:
            self._declare_group(key, properties)
        elif type_ == t.ACL:
            self._declare_acl(key, properties)
        elif type_ == t.NAT_GATEWAY and "allocationId" in properties:
            self._add("aws:ec2/eip:Eip", properties["allocationId"], publicIp=properties["publicIp"])
            self._add(type_, key, **properties)
        elif type_ == t.INTERNET_GATEWAY and "vpcId" in properties and self.rng.random() < 0.3:
            self._add(type_, key)
            attachment = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
            self._add(attachment, f"{key}:att", internetGatewayId=key, vpcId=properties["vpcId"])
        elif type_ == t.ENDPOINT and self.rng.random() < 0.3:
            self._declare_endpoint(key, properties)
        elif type_ == t.VPC:
            self._declare_vpc(key, properties)
        elif type_ in (t.CONNECTOR, t.SERVICE):
            self._add(type_, key, **properties, arn=key)
        else:
            self._add(type_, key, **properties)

    def _declare_vpc(self, key: str, properties: Properties) -> None:
        own = {"mainRouteTableId": _original_table(key), "defaultRouteTableId": _original_table(key)}
        options = properties["dhcpOptionsId"]
        self._add(t.VPC, key, **{**properties, **own, "dhcpOptionsId": "dopt-amazon"})
        if options != "dopt-amazon":
            association = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
            self._add(association, f"{key}:dhcp", vpcId=key, dhcpOptionsId=options)

    def _declare_table(self, key: str, properties: Properties) -> None:
        vpc, rng = properties["vpcId"], self.rng
        routes = [
            {name: value for name, value in route.items() if name != "state"}
            for route in properties["routes"]
        ]
        inline = rng.random() < 0.5
        shown = routes if inline and routes else None
        if key == _original_table(vpc):
            if routes or rng.random() < 0.3:
                default = "aws:ec2/defaultRouteTable:DefaultRouteTable"
                self._add(default, key, vpcId=vpc, defaultRouteTableId=key, routes=shown)
            else:
                self.made_by[key] = vpc
        else:
            self._add(t.ROUTE_TABLE, key, vpcId=vpc, routes=shown)
        for number, route in enumerate(() if inline else routes):
            renamed = {_STANDALONE.get(name, name): value for name, value in route.items()}
            self._add("aws:ec2/route:Route", f"{key}:route{number}", routeTableId=key, **renamed)
        for link in properties["associations"]:
            if link.get("main") and key != _original_table(vpc):
                association = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
                self._add(association, f"{key}:main", vpcId=vpc, routeTableId=key)
            elif "subnetId" in link:
                association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
                subnet = link["subnetId"]
                self._add(association, f"{key}:{subnet}", subnetId=subnet, routeTableId=key)
            elif "gatewayId" in link:
                association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
                gateway = link["gatewayId"]
                self._add(association, f"{key}:{gateway}", gatewayId=gateway, routeTableId=key)

    def _declare_group(self, key: str, properties: Properties) -> None:
        vpc, notation = properties["vpcId"], self.rng.choice(("inline", "rule", "vpc rule"))
        default = self.held[vpc][1]["defaultSecurityGroupId"] == key
        if default and _as_made(properties, t.DEFAULT_GROUP) and self.rng.random() < 0.5:
            self.made_by[key] = vpc
            return
        if default or notation == "inline":
            type_ = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup" if default else t.GROUP
            rules = {
                name: [_by_itself(rule, key) for rule in properties[name]] for name in ("ingress", "egress")
            }
            self._add(type_, key, **{**properties, **rules})
            return
        self._add(t.GROUP, key, vpcId=vpc, name=properties["name"])
        for direction in ("ingress", "egress"):
            for number, rule in enumerate(properties[direction]):
                name = f"{key}:{direction}{number}"
                if notation == "rule":
                    self._security_group_rules(name, key, direction, rule)
                else:
                    self._vpc_rules(name, key, direction, rule)

    def _security_group_rules(self, name: str, group: str, direction: str, rule: Properties) -> None:
        """One `SecurityGroupRule` for the blocks, one for each group."""
        type_ = "aws:ec2/securityGroupRule:SecurityGroupRule"
        common = {name: rule[name] for name in ("protocol", "fromPort", "toPort")}
        common.update(type=direction, securityGroupId=group)
        blocks = {
            name: rule[name] for name in ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds") if name in rule
        }
        if blocks:
            self._add(type_, name, **common, **blocks)
        if rule.get("self"):
            self._add(type_, f"{name}:self", **common, self=True)
        for peer in rule.get("securityGroups", ()):
            self._add(type_, f"{name}:{peer}", **common, sourceSecurityGroupId=peer)

    def _vpc_rules(self, name: str, group: str, direction: str, rule: Properties) -> None:
        """One `SecurityGroup...Rule` of the `vpc` module for each peer."""
        word = direction.capitalize()
        type_ = f"aws:vpc/securityGroup{word}Rule:SecurityGroup{word}Rule"
        common = {"ipProtocol": rule["protocol"], "securityGroupId": group}
        if rule["protocol"] != "-1":
            common.update(fromPort=rule["fromPort"], toPort=rule["toPort"])
        peers = [("cidrIpv4", cidr) for cidr in rule.get("cidrBlocks", ())]
        peers += [("cidrIpv6", cidr) for cidr in rule.get("ipv6CidrBlocks", ())]
        peers += [("prefixListId", key) for key in rule.get("prefixListIds", ())]
        peers += [("referencedSecurityGroupId", key) for key in rule.get("securityGroups", ())]
        if rule.get("self"):
            peers.append(("referencedSecurityGroupId", group))
        for number, (prop, value) in enumerate(peers):
            self._add(type_, f"{name}:{number}", **common, **{prop: value})

    def _declare_acl(self, key: str, properties: Properties) -> None:
        vpc, rng = properties["vpcId"], self.rng
        if self.held[vpc][1]["defaultNetworkAclId"] == key:
            if _as_made(properties, t.DEFAULT_ACL) and rng.random() < 0.5:
                self.made_by[key] = vpc
            else:
                entries = {direction: properties[direction] for direction in ("ingress", "egress")}
                default = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
                self._add(default, key, defaultNetworkAclId=key, **entries)
            return
        standalone = rng.random() < 0.5
        subnets = properties["subnetIds"] if rng.random() < 0.5 else None
        entries = {} if standalone else {name: properties[name] for name in ("ingress", "egress")}
        self._add(t.ACL, key, vpcId=vpc, subnetIds=subnets, **entries)
        for subnet in properties["subnetIds"] if subnets is None else ():
            association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
            self._add(association, f"{key}:{subnet}", networkAclId=key, subnetId=subnet)
        for direction in ("ingress", "egress") if standalone else ():
            for number, entry in enumerate(properties[direction]):
                renamed = {_ACL_RULE.get(name, name): value for name, value in entry.items()}
                rule = "aws:ec2/networkAclRule:NetworkAclRule"
                egress = direction == "egress"
                self._add(rule, f"{key}:{direction}{number}", networkAclId=key, egress=egress, **renamed)

    def _declare_endpoint(self, key: str, properties: Properties) -> None:
        """Its subnets and groups as associations."""
        subnets, groups = properties["subnetIds"], properties["securityGroupIds"]
        self._add(t.ENDPOINT, key, **{**properties, "subnetIds": None, "securityGroupIds": None})
        for subnet in subnets:
            association = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
            self._add(association, f"{key}:{subnet}", vpcEndpointId=key, subnetId=subnet)
        for number, group in enumerate(groups):
            association = "aws:ec2/securityGroupAssociation:SecurityGroupAssociation"
            self._add(
                association,
                f"{key}:{group}",
                vpcEndpointId=key,
                securityGroupId=group,
                replaceDefaultAssociation=number == 0,
            )

    # As an engine shows it --------------------------------------------------------------------------

    def _resource(self, key: str, preview: bool, as_one: AsOne) -> Resource:
        type_, properties = self.declared[key]
        computed = (*COMPUTED.get(type_, ()), "arn")
        dependencies: dict[str, tuple[str, ...]] = {}
        shown: Properties = {}
        for name, value in properties.items():
            if name in computed:
                shown[name] = UNKNOWN if preview else value
                continue
            sources = {found for text in _texts(value) for found in self._sources(text, type_)}
            dependencies[name] = tuple(urn(self.declared[found][0], found) for found in sorted(sources))
            shown[name] = self._hidden(value, type_) if preview else value
            if preview and isinstance(value, list) and sources and as_one(value):
                shown[name] = UNKNOWN
        inputs = frozenset(name for name in properties if name not in computed)
        return Resource(
            key=urn(type_, key),
            type=type_,
            name=key,
            properties=shown,
            id=UNKNOWN if preview else key,
            dependencies=dependencies,
            region=t.REGION,
            inputs=inputs,
            access="one provider",
        )

    def _sources(self, text: str, type_: str) -> list[str]:
        """The resources that give `text`: what has that id, or the VPC that AWS makes it with."""
        if type_ == t.VPC:
            return []
        adopted = type_ in (
            "aws:ec2/defaultRouteTable:DefaultRouteTable",
            "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
        )
        if text in self.made_by or (adopted and text.endswith(("-main", "-default"))):
            return [self.made_by.get(text) or f"vpc-{text.split('-')[1]}"]
        return [text] if text in self.declared else []

    def _hidden(self, value: Any, type_: str) -> Any:
        """`value` with every reference unknown."""
        if isinstance(value, str):
            return UNKNOWN if self._sources(value, type_) else value
        if isinstance(value, Mapping):
            return {name: self._hidden(element, type_) for name, element in value.items()}
        return [self._hidden(element, type_) for element in value] if isinstance(value, list) else value


def _made_with(type_: str, properties: Properties) -> list[str]:
    """What AWS makes with a resource: a transit gateway's default table, a firewall's endpoints."""
    if type_ == t.TRANSIT_GATEWAY:
        return [properties["associationDefaultRouteTableId"]]
    if type_ != FIREWALL:
        return []
    states = properties["firewallStatuses"][0]["syncStates"]
    return [attachment["endpointId"] for state in states for attachment in state["attachments"]]


def _by_itself(rule: Properties, group: str) -> Properties:
    """A group's inline rule cannot name the group's own id: it says `self`."""
    peers = rule.get("securityGroups", [])
    if group not in peers:
        return rule
    return {**rule, "securityGroups": [peer for peer in peers if peer != group], "self": True}


_STANDALONE: Final = {"cidrBlock": "destinationCidrBlock", "ipv6CidrBlock": "destinationIpv6CidrBlock"}
_ACL_RULE: Final = {"ruleNo": "ruleNumber", "action": "ruleAction"}


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::judges::{type_}::{name}"


def _original_table(vpc: str) -> str:
    """The main table that AWS makes with a VPC."""
    return f"rtb-{vpc.removeprefix('vpc-')}-main"


def _as_made(properties: Properties, rules: Mapping[str, Any]) -> bool:
    """Whether a default group or ACL has the rules that AWS makes it with."""
    return all(properties[direction] == rules[direction] for direction in rules)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for element in value.values() for text in _texts(element)]
    return [text for element in value for text in _texts(element)] if isinstance(value, list) else []
