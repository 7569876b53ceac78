"""Living programs in which every reference is plain, each beside a twin that its references may lead to.

Between them they name what the proof reads by every property that it reads it by: see `test_choices.py`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from tests.reachability.firewalled import PASS_MAIL, policy, stateful
from tests.reachability.stacks import ANYWHERE, Properties, Stack, own_network, ref

EC2: Final = "aws:ec2/"
TGW: Final = "aws:ec2transitgateway/"
TWIN: Final = "other-"
RUNNING: Final = (
    "aws:lambda/function:Function",
    "aws:ecs/service:Service",
    "aws:apprunner/service:Service",
)
"""The types of what a twin has none of: it is there for the references of the others alone."""
ALL: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [ANYWHERE]}
ALL6: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]}
ENTRY: Final = {"protocol": "-1", "cidrBlock": ANYWHERE, "action": "allow", "ruleNo": 1}
ENTRY6: Final = {"protocol": "-1", "ipv6CidrBlock": "::/0", "action": "allow", "ruleNo": 2}


def kind(name: str, package: str = EC2) -> str:
    """The token of a type whose module is called as the type is."""
    return f"{package}{name[0].lower()}{name[1:]}:{name}"


R53: Final = "aws:route53/"
ASIDE: Final = (
    (kind("EncryptionControl"), "vpcId"),
    (kind("VpcEncryptionControl"), "vpcId"),
    (kind("ProfilesAssociation", R53), "resourceId"),
    (kind("ResolverFirewallRuleGroupAssociation", R53), "vpcId"),
    (kind("PrivateDnsNamespace", "aws:servicediscovery/"), "vpc"),
)
"""What may stand in the way of a VPC that it names, by the property that names it."""
OPEN: Final = {"ingress": [ENTRY, ENTRY6], "egress": [ENTRY, ENTRY6]}
SHUT: Final = "sg-shut-"
"""What the id begins with of a group of each adopted VPC that lets nothing through."""
_BLOCK: Final = re.compile(r"\b10\.(\d)\.")


def with_twin(stack: Stack) -> Stack:
    """`stack` with all that it is made of once more, apart from it, and without what runs in it."""
    for name, (type_, properties) in list(stack.program.items()):
        if type_ not in RUNNING:
            stack.program[TWIN + name] = (type_, _apart(properties))
    return stack


def _apart(value: Any) -> Any:
    if isinstance(value, dict):
        names = value.get("ref")
        return ref(TWIN + names) if names else {key: _apart(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_apart(each) for each in value]
    text = isinstance(value, str)
    return _BLOCK.sub(r"10.6\1.", value).replace("shop.com", "else.com") if text else value


def _use_group(stack: Stack, **properties: Any) -> None:
    stack.add(kind("SecurityGroup"), "group", vpcId=ref("vpc"), **properties)
    stack["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]


def by_nat_gateway() -> Stack:
    """Rules, entries and blocks that are resources of their own; addresses of the gateway and of a host."""
    stack = Stack()
    own_network(stack)
    stack["private"]["cidrBlock"] = "10.1.1.0/24"
    stack.add(kind("VpcIpv4CidrBlockAssociation"), "second-block", vpcId=ref("vpc"), cidrBlock="10.1.0.0/16")
    _use_group(stack)
    for name, block in (("anywhere", ANYWHERE), ("bad-anywhere", "10.9.0.0/16")):
        stack.add(kind("ManagedPrefixList"), name, entries=[{"cidr": block}])
    out = {"ipProtocol": "-1", "prefixListId": ref("anywhere")}
    rule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    stack.add(rule, "rule", securityGroupId=ref("group"), **out)
    stack.add(
        kind("VpcSecurityGroupRulesExclusive"),
        "alone",
        securityGroupId=ref("group"),
        egressRuleIds=[ref("rule")],
    )
    stack.add(kind("DefaultNetworkAcl"), "closed", defaultNetworkAclId=ref("vpc"))
    stack.add(kind("NetworkAcl"), "acl", vpcId=ref("vpc"), subnetIds=[ref("private"), ref("public")])
    for number, egress in enumerate((True, False)):
        entry = {"protocol": "-1", "cidrBlock": ANYWHERE, "ruleAction": "allow", "ruleNumber": number + 1}
        stack.add(kind("NetworkAclRule"), f"entry-{number}", networkAclId=ref("acl"), egress=egress, **entry)
    for name in ("spare", "third", "second", "bad-second", "fourth", "bad-fourth"):
        stack.add(kind("Eip"), name, domain="vpc")
    stack["nat"]["secondaryAllocationIds"] = [ref("fourth")]
    stack.add(kind("NatGatewayEipAssociation"), "more", natGatewayId=ref("nat"), allocationId=ref("second"))
    for number, given in enumerate(({"allocationId": ref("spare")}, {"publicIp": ref("third")})):
        stack.add(kind("Instance"), f"host-{number}", subnetId=ref("public"))
        instance = {"instanceId": ref(f"host-{number}")}
        stack.add(kind("EipAssociation"), f"of-host-{number}", **given, **instance)
    stack.add(kind("VpcDhcpOptions"), "options", domainNameServers=["AmazonProvidedDNS"])
    stack.add(kind("VpcDhcpOptions"), "bad-options", domainNameServers=["10.0.0.99"])
    stack.add(kind("VpcDhcpOptionsAssociation"), "dhcp", vpcId=ref("vpc"), dhcpOptionsId=ref("options"))
    return stack


def by_defaults() -> Stack:
    """A main route table and an ACL that are associated; defaults that are adopted; the older rules."""
    stack = Stack()
    own_network(stack)
    stack.remove("private-link")
    stack.remove("private-out")
    stack.remove("public-out")
    stack.add(kind("MainRouteTableAssociation"), "main", vpcId=ref("vpc"), routeTableId=ref("private-table"))
    stack["private-table"]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": ref("nat")}]
    stack["public-table"]["routes"] = [{"cidrBlock": ANYWHERE, "gatewayId": ref("igw")}]
    stack.add(kind("DefaultNetworkAcl"), "closed", defaultNetworkAclId=ref("vpc"))
    stack.add(kind("NetworkAcl"), "acl", vpcId=ref("vpc"), **OPEN)
    for name in ("private", "public"):
        stack.add(
            kind("NetworkAclAssociation"), f"acl-of-{name}", networkAclId=ref("acl"), subnetId=ref(name)
        )
    _use_group(stack)
    stack.add(kind("SecurityGroupRule"), "rule", securityGroupId=ref("group"), type="egress", **ALL)
    stack.add(kind("VpcBlockPublicAccessOptions"), "blocked", internetGatewayBlockMode="block-bidirectional")
    mode = {"internetGatewayExclusionMode": "allow-bidirectional"}
    stack.add(kind("VpcBlockPublicAccessExclusion"), "excluded", vpcId=ref("vpc"), **mode)
    stack.add(kind("RouteTable"), "learning", vpcId=ref("vpc"))
    for type_ in (kind("VpnGatewayRoutePropagation"), kind("RouteServerPropagation", "aws:vpc/")):
        stack.add(type_, type_, routeTableId=ref("learning"))
    stack.remove("igw")
    stack.add(kind("InternetGateway"), "igw")
    stack.add(kind("InternetGatewayAttachment"), "attached", vpcId=ref("vpc"), internetGatewayId=ref("igw"))
    return stack


def by_default_table() -> Stack:
    """A default table with routes and a default group with rules, both adopted."""
    stack = Stack()
    own_network(stack)
    stack.remove("private-link")
    stack.add(
        kind("DefaultRouteTable"),
        "adopted",
        defaultRouteTableId=ref("vpc"),
        routes=[{"cidrBlock": ANYWHERE, "natGatewayId": ref("nat")}],
    )
    stack.add(kind("DefaultSecurityGroup"), "adopted-group", vpcId=ref("vpc"), egress=[ALL])
    listed = [ref("private"), ref("public")]
    stack.add(kind("DefaultNetworkAcl"), "open", defaultNetworkAclId=ref("vpc"), subnetIds=listed, **OPEN)
    stack.add(kind("NetworkAcl"), "closed", vpcId=ref("vpc"), subnetIds=[ref("aside-subnet")])
    stack.add(kind("Vpc"), "aside", cidrBlock="10.4.0.0/16")
    stack.add(kind("Subnet"), "aside-subnet", vpcId=ref("vpc"), cidrBlock="10.0.77.0/24")
    for type_, prop in ASIDE:
        stack.add(type_, type_, **{prop: ref("aside"), "mode": "enforce", "name": "example.com"})
    for name, domain in (("rule", "shop.com"), ("bad-rule", "example.com")):
        stack.add(kind("ResolverRule", R53), name, domainName=domain, ruleType="FORWARD")
    stack.add(kind("ResolverRuleAssociation", R53), "forwarded", vpcId=ref("vpc"), resolverRuleId=ref("rule"))
    stack.add(kind("ManagedPrefixList"), "blocks", entries=[])
    stack.add(kind("ManagedPrefixListEntry"), "everything", prefixListId=ref("blocks"), cidr=ANYWHERE)
    stack["public-out"].pop("destinationCidrBlock")
    stack["public-out"]["destinationPrefixListId"] = ref("blocks")
    stack.add(kind("ManagedPrefixList"), "bad-blocks", entries=[{"cidr": "10.9.0.0/16"}])
    return stack


def by_endpoint() -> Stack:
    """SES's endpoint, whose subnets, groups and private DNS are given to it apart."""
    stack = Stack()
    stack.add(kind("Vpc"), "vpc", cidrBlock="10.0.0.0/16", enableDnsHostnames=True)
    for number, zone in enumerate("ab"):
        stack.add(
            kind("Subnet"),
            f"private-{zone}",
            vpcId=ref("vpc"),
            cidrBlock=f"10.0.{number}.0/24",
            availabilityZone=f"us-west-2{zone}",
            availabilityZoneId=f"usw2-az{number + 1}",
        )
    for group, direction, peer in (("servers", "Ingress", "clients"), ("clients", "Egress", "servers")):
        stack.add(kind("SecurityGroup"), group, vpcId=ref("vpc"))
        rule = {"securityGroupId": ref(group), "referencedSecurityGroupId": ref(peer)}
        ports = {"ipProtocol": "tcp", "fromPort": 587, "toPort": 587}
        stack.add(kind(f"SecurityGroup{direction}Rule", "aws:vpc/"), f"of-{group}", **rule, **ports)
    listed = {"securityGroupId": ref("servers"), "ingressRuleIds": [ref("of-servers")]}
    stack.add(kind("VpcSecurityGroupRulesExclusive"), "alone", **listed)
    stack.add(
        kind("VpcEndpoint"),
        "endpoint",
        vpcId=ref("vpc"),
        serviceName="com.amazonaws.us-west-2.email-smtp",
        vpcEndpointType="Interface",
        subnetIds=[],
        securityGroupIds=[],
    )
    endpoint = {"vpcEndpointId": ref("endpoint")}
    stack.add(kind("VpcEndpointSubnetAssociation"), "placed", subnetId=ref("private-a"), **endpoint)
    given = {"securityGroupId": ref("servers"), "replaceDefaultAssociation": True}
    stack.add(kind("SecurityGroupAssociation"), "guarded", **endpoint, **given)
    private = "aws:vpc/endpointPrivateDns:EndpointPrivateDns"
    stack.add(private, "named", privateDnsEnabled=True, **endpoint)
    stack.add(
        "aws:lambda/function:Function",
        "function",
        vpcConfig={
            "subnetIds": [ref("private-a"), ref("private-b")],
            "securityGroupIds": [ref("clients")],
        },
        environment={"variables": {"SMTP_HOST": "email-smtp.us-west-2.amazonaws.com", "SMTP_PORT": "587"}},
    )
    return _in_region(stack, "us-west-2")


def by_listed_endpoint() -> Stack:
    """The same, whose subnets and groups it lists itself, and a service of App Runner."""
    stack = by_endpoint()
    for name in ("placed", "guarded", "named", "function", "of-clients", "of-servers", "alone"):
        stack.remove(name)
    for group, direction, peer in (("servers", "ingress", "clients"), ("clients", "egress", "servers")):
        rule = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "securityGroups": [ref(peer)]}
        stack[group][direction] = [rule]
    stack["endpoint"].update(
        privateDnsEnabled=True,
        subnetIds=[ref("private-a"), ref("private-b")],
        securityGroupIds=[ref("servers")],
    )
    host = {"SMTP_HOST": "email-smtp.us-west-2.amazonaws.com", "SMTP_PORT": "587"}
    stack.add(
        "aws:apprunner/vpcConnector:VpcConnector",
        "connector",
        subnets=[ref("private-a"), ref("private-b")],
        securityGroups=[ref("clients")],
    )
    stack.add(
        "aws:apprunner/vpcConnector:VpcConnector",
        "bad-connector",
        subnets=[ref("private-a")],
        securityGroups=[ref("deaf")],
    )
    stack.add(kind("SecurityGroup"), "deaf", vpcId=ref("vpc"))
    stack.add(
        "aws:apprunner/service:Service",
        "service",
        serviceName="api",
        networkConfiguration={
            "egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": ref("connector")}
        },
        sourceConfiguration={
            "imageRepository": {"imageConfiguration": {"runtimeEnvironmentVariables": host}}
        },
    )
    return _in_region(stack, "us-west-2")


def by_nat_instance() -> Stack:
    """An instance that forwards by an interface of its own, with its group and its address."""
    stack = Stack()
    own_network(stack)
    for name in ("nat", "address", "private-out"):
        stack.remove(name)
    stack.add(kind("SecurityGroup"), "open", vpcId=ref("vpc"), ingress=[ALL], egress=[ALL])
    stack.add(kind("SecurityGroup"), "shut", vpcId=ref("vpc"))
    stack.add(
        kind("NetworkInterface"),
        "interface",
        subnetId=ref("public"),
        securityGroups=[ref("shut")],
        sourceDestCheck=False,
    )
    stack.add(kind("Instance"), "host", subnetId=ref("public"))
    stack.add(
        kind("NetworkInterfaceAttachment"),
        "attached",
        networkInterfaceId=ref("interface"),
        instanceId=ref("host"),
    )
    stack.add(
        kind("NetworkInterfaceSecurityGroupAttachment"),
        "guarded",
        networkInterfaceId=ref("interface"),
        securityGroupId=ref("open"),
    )
    stack.add(kind("Eip"), "address", domain="vpc")
    stack.add(
        kind("EipAssociation"), "addressed", networkInterfaceId=ref("interface"), allocationId=ref("address")
    )
    stack.add(
        kind("Route"),
        "private-out",
        routeTableId=ref("private-table"),
        destinationCidrBlock=ANYWHERE,
        networkInterfaceId=ref("interface"),
    )
    return stack


def by_named_interface() -> Stack:
    """The same, whose address names the interface itself."""
    stack = by_nat_instance()
    stack.remove("addressed")
    stack["address"]["networkInterface"] = ref("interface")
    return stack


def by_launched_instance(*, associated: bool = True) -> Stack:
    """The same by the first interface of an instance, whose address is associated with it, or names it."""
    stack = by_nat_instance()
    for name in ("interface", "attached", "guarded", "host", "addressed"):
        stack.remove(name)
    stack.add(
        kind("Instance"),
        "host",
        subnetId=ref("public"),
        vpcSecurityGroupIds=[ref("open")],
        sourceDestCheck=False,
        associatePublicIpAddress=False,
    )
    if associated:
        stack.add(kind("EipAssociation"), "addressed", instanceId=ref("host"), allocationId=ref("address"))
    else:
        stack["address"]["instance"] = ref("host")
    stack["private-out"]["networkInterfaceId"] = ref("host")
    stack["open"].pop("ingress")
    _use_group(stack, egress=[ALL])
    rule = {"type": "ingress", "protocol": "-1", "sourceSecurityGroupId": ref("group")}
    stack.add(kind("SecurityGroupRule"), "from-group", securityGroupId=ref("open"), **rule)
    return stack


def by_named_instance() -> Stack:
    """The same, whose address names the instance itself."""
    return by_launched_instance(associated=False)


def by_transit_gateway() -> Stack:
    """A VPC whose traffic leaves by another one's NAT gateway, by tables that are associated."""
    stack = Stack()
    own_network(stack)
    stack.remove("function")
    stack["private"]["availabilityZone"] = "us-east-1a"
    stack.add(kind("Vpc"), "spoke", cidrBlock="10.2.0.0/16")
    zones = {"app": ("10.2.1.0/24", "us-east-1a"), "web": ("10.2.2.0/24", "us-east-1b")}
    for name, (block, zone) in zones.items():
        stack.add(kind("Subnet"), name, vpcId=ref("spoke"), cidrBlock=block, availabilityZone=zone)
    stack.add(
        kind("TransitGateway", TGW),
        "gateway",
        defaultRouteTableAssociation="disable",
        defaultRouteTablePropagation="disable",
    )
    by = {"transitGatewayId": ref("gateway")}
    attachment = kind("VpcAttachment", TGW)
    stack.add(attachment, "from-spoke", vpcId=ref("spoke"), subnetIds=[ref("app"), ref("web")], **by)
    stack.add(attachment, "to-hub", vpcId=ref("vpc"), subnetIds=[ref("private")], **by)
    for end in ("from-spoke", "to-hub"):
        stack.add(kind("RouteTable", TGW), f"{end}-table", **by)
        given = {
            "transitGatewayAttachmentId": ref(end),
            "transitGatewayRouteTableId": ref(f"{end}-table"),
        }
        stack.add(kind("RouteTableAssociation", TGW), f"{end}-associated", **given)
    stack.add(
        kind("Route", TGW),
        "out",
        destinationCidrBlock=ANYWHERE,
        transitGatewayAttachmentId=ref("to-hub"),
        transitGatewayRouteTableId=ref("from-spoke-table"),
    )
    stack.add(
        kind("RouteTablePropagation", TGW),
        "back",
        transitGatewayAttachmentId=ref("from-spoke"),
        transitGatewayRouteTableId=ref("to-hub-table"),
    )
    stack.add(kind("RouteTable"), "spoke-table", vpcId=ref("spoke"))
    for name in zones:
        stack.add(
            kind("RouteTableAssociation"), f"{name}-link", subnetId=ref(name), routeTableId=ref("spoke-table")
        )
    route = kind("Route")
    stack.add(route, "to-hub-vpc", routeTableId=ref("spoke-table"), destinationCidrBlock=ANYWHERE, **by)
    stack.add(route, "home", routeTableId=ref("public-table"), destinationCidrBlock="10.2.0.0/16", **by)
    stack.add(
        "aws:lambda/function:Function",
        "function",
        vpcConfig={"subnetIds": [ref("app"), ref("web")], "securityGroupIds": []},
        environment={"variables": {"SMTP_HOST": "smtp.example.com", "SMTP_PORT": "587"}},
    )
    return stack


def by_prefix_list() -> Stack:
    """The same, whose gateway's route is a reference to a prefix list."""
    stack = by_transit_gateway()
    out = stack["out"]
    stack.remove("out")
    out.pop("destinationCidrBlock")
    stack.add(kind("ManagedPrefixList"), "everything", entries=[{"cidr": ANYWHERE}])
    stack.add(kind("ManagedPrefixList"), "bad-everything", entries=[{"cidr": "10.9.0.0/16"}])
    stack.add(kind("PrefixListReference", TGW), "out", prefixListId=ref("everything"), **out)
    return stack


def by_peering() -> Stack:
    """SES's endpoint in another VPC, to which a private zone leads."""
    stack = Stack()
    for vpc, block in (("vpc", "10.0"), ("central", "10.3")):
        stack.add(kind("Vpc"), vpc, cidrBlock=f"{block}.0.0/16", enableDnsHostnames=True)
        stack.add(
            kind("Subnet"),
            f"{vpc}-subnet",
            vpcId=ref(vpc),
            cidrBlock=f"{block}.1.0/24",
            availabilityZone="us-west-2a",
            availabilityZoneId="usw2-az1",
        )
        stack.add(kind("RouteTable"), f"{vpc}-table", vpcId=ref(vpc))
        stack.add(
            kind("RouteTableAssociation"),
            f"{vpc}-link",
            subnetId=ref(f"{vpc}-subnet"),
            routeTableId=ref(f"{vpc}-table"),
        )
    peering = kind("VpcPeeringConnection")
    stack.add(peering, "peering", vpcId=ref("vpc"), peerVpcId=ref("central"))
    accepter = kind("VpcPeeringConnectionAccepter")
    stack.add(accepter, "accepted", vpcPeeringConnectionId=ref("peering"), autoAccept=True)
    for vpc, block in (("vpc", "10.3"), ("central", "10.0")):
        stack.add(
            kind("Route"),
            f"{vpc}-route",
            routeTableId=ref(f"{vpc}-table"),
            destinationCidrBlock=f"{block}.0.0/16",
            vpcPeeringConnectionId=ref("peering"),
        )
    stack.add(kind("SecurityGroup"), "servers", vpcId=ref("central"))
    for name, listed in (("blocks", "10.0.0.0/16"), ("bad-blocks", "10.9.0.0/16")):
        stack.add(kind("ManagedPrefixList"), name, entries=[{"cidr": listed}])
    rule = {"securityGroupId": ref("servers"), "prefixListId": ref("blocks"), "ipProtocol": "-1"}
    stack.add(kind("SecurityGroupIngressRule", "aws:vpc/"), "from-blocks", **rule)
    stack.add(kind("SecurityGroup"), "clients", vpcId=ref("vpc"), egress=[ALL])
    stack.add(
        kind("VpcEndpoint"),
        "endpoint",
        vpcId=ref("central"),
        serviceName="com.amazonaws.us-west-2.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=False,
        subnetIds=[ref("central-subnet")],
        securityGroupIds=[ref("servers")],
    )
    zone, record = "aws:route53/zone:Zone", "aws:route53/record:Record"
    stack.add(zone, "zone", name="shop.com", vpcs=[{"vpcId": ref("central")}])
    stack.add("aws:route53/zoneAssociation:ZoneAssociation", "shown", zoneId=ref("zone"), vpcId=ref("vpc"))
    stack.add(
        record,
        "record",
        zoneId=ref("zone"),
        name="smtp",
        type="A",
        aliases=[{"name": ref("endpoint"), "zoneId": ref("endpoint")}],
    )
    stack.add(
        "aws:lambda/function:Function",
        "function",
        vpcConfig={"subnetIds": [ref("vpc-subnet")], "securityGroupIds": [ref("clients")]},
        environment={"variables": {"SMTP_HOST": "smtp.shop.com", "SMTP_PORT": "587"}},
    )
    return _in_region(stack, "us-west-2")


def by_firewall() -> Stack:
    """Through AWS Network Firewall, in a subnet of its own, before the NAT gateway."""
    stack = Stack()
    own_network(stack)
    stack.add(kind("Subnet"), "fw", vpcId=ref("vpc"), cidrBlock="10.0.9.0/28")
    stack.add(kind("RouteTable"), "fw-table", vpcId=ref("vpc"))
    stack.add(kind("RouteTableAssociation"), "fw-link", subnetId=ref("fw"), routeTableId=ref("fw-table"))
    to_firewall = {"vpcEndpointId": ref("firewall")}
    route = kind("Route")
    stack.add(
        route,
        "fw-out",
        routeTableId=ref("fw-table"),
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )
    stack["private-out"].pop("natGatewayId")
    stack["private-out"].update(to_firewall)
    stack.add(
        route, "back", routeTableId=ref("public-table"), destinationCidrBlock="10.0.1.0/24", **to_firewall
    )
    package = "aws:networkfirewall/"
    rules = stateful({**PASS_MAIL, "header": {**PASS_MAIL["header"], "source": "ANY"}})
    stack.add(kind("RuleGroup", package), "rules", type="STATEFUL", ruleGroup=rules)
    stack.add(kind("RuleGroup", package), "bad-rules", type="STATEFUL", ruleGroup=stateful())
    for name in ("", "bad-"):
        groups = [{"resourceArn": ref(f"{name}rules"), "priority": 1}]
        judged = policy(statefulRuleGroupReferences=groups)
        stack.add(kind("FirewallPolicy", package), f"{name}policy", firewallPolicy=judged)
    stack.add(
        kind("Firewall", package),
        "firewall",
        vpcId=ref("vpc"),
        firewallPolicyArn=ref("policy"),
        subnetMappings=[{"subnetId": ref("fw")}],
    )
    return stack


def by_firewall_endpoint() -> Stack:
    """The same by an endpoint that is associated with the firewall."""
    stack = by_firewall()
    association = kind("VpcEndpointAssociation", "aws:networkfirewall/")
    stack.add(
        association,
        "inspected",
        vpcId=ref("vpc"),
        firewallArn=ref("firewall"),
        subnetMapping={"subnetId": ref("fw")},
    )
    for name in ("private-out", "back"):
        stack[name]["vpcEndpointId"] = ref("inspected")
    return stack


def by_edge() -> Stack:
    """Through the NAT gateway before the firewall, to which the gateway's table leads the replies."""
    stack = by_firewall()
    for name in ("back", "fw-out", "private-out", "public-out"):
        stack.remove(name)
    stack.add(kind("RouteTable"), "edge", vpcId=ref("vpc"))
    stack.add(kind("RouteTableAssociation"), "edge-link", gatewayId=ref("igw"), routeTableId=ref("edge"))
    route, to_firewall = kind("Route"), {"vpcEndpointId": ref("firewall")}
    out = {"destinationCidrBlock": ANYWHERE}
    stack.add(route, "private-out", routeTableId=ref("private-table"), natGatewayId=ref("nat"), **out)
    stack.add(route, "public-out", routeTableId=ref("public-table"), **out, **to_firewall)
    stack.add(route, "fw-out", routeTableId=ref("fw-table"), gatewayId=ref("igw"), **out)
    back = {"destinationCidrBlock": "10.0.0.0/24", **to_firewall}
    stack.add(route, "back", routeTableId=ref("edge"), **back)
    return stack


def over_ipv6() -> Stack:
    """An address of IPv6, by an egress-only internet gateway."""
    stack = Stack()
    stack.add(kind("Vpc"), "vpc", cidrBlock="10.0.0.0/16")
    stack.add(
        kind("VpcIpv6CidrBlockAssociation"),
        "block",
        vpcId=ref("vpc"),
        ipv6CidrBlock="2600:1f18:0:100::/56",
    )
    stack.add(
        kind("Subnet"),
        "private",
        vpcId=ref("vpc"),
        cidrBlock="10.0.1.0/24",
        ipv6CidrBlock="2600:1f18:0:101::/64",
    )
    stack.add(kind("EgressOnlyInternetGateway"), "eigw", vpcId=ref("vpc"))
    stack.add(kind("RouteTable"), "table", vpcId=ref("vpc"))
    stack.add(kind("RouteTableAssociation"), "link", subnetId=ref("private"), routeTableId=ref("table"))
    stack.add(
        kind("Route"),
        "out",
        routeTableId=ref("table"),
        destinationIpv6CidrBlock="::/0",
        egressOnlyGatewayId=ref("eigw"),
    )
    stack.add(
        "aws:lambda/function:Function",
        "function",
        vpcConfig={
            "subnetIds": [ref("private")],
            "securityGroupIds": [],
            "ipv6AllowedForDualStack": True,
        },
        environment={"variables": {"SMTP_HOST": "2600:1f18::25", "SMTP_PORT": "587"}},
    )
    return stack


def on_fargate() -> Stack:
    """Tasks on Fargate, in a VPC that is left out of Block Public Access."""
    stack = Stack()
    own_network(stack)
    stack.remove("function")
    stack.add(kind("SecurityGroup"), "group", vpcId=ref("vpc"), egress=[ALL])
    stack.add(kind("VpcBlockPublicAccessOptions"), "blocked", internetGatewayBlockMode="block-bidirectional")
    excluded = kind("VpcBlockPublicAccessExclusion")
    mode = {"internetGatewayExclusionMode": "allow-bidirectional"}
    for name in ("public", "private"):
        stack.add(excluded, f"without-{name}", subnetId=ref(name), **mode)
    for name, port in (("task", 587), ("bad-task", 25)):
        variables = [{"name": "SMTP_HOST", "value": "smtp.example.com"}, {"name": "SMTP_PORT", "value": port}]
        containers = json.dumps([{"environment": variables}])
        stack.add("aws:ecs/taskDefinition:TaskDefinition", name, containerDefinitions=containers)
    stack.add(
        "aws:ecs/service:Service",
        "service",
        taskDefinition=ref("task"),
        launchType="FARGATE",
        networkConfiguration={"subnets": [ref("private")], "securityGroups": [ref("group")]},
    )
    return stack


def _in_region(stack: Stack, region: str) -> Stack:
    stack.providers = {name: {"region": region} for name in stack.program}
    return stack


def living() -> dict[str, Stack]:
    """Each by its name, with its twin."""
    makers = (
        by_nat_gateway,
        by_defaults,
        by_default_table,
        by_endpoint,
        by_listed_endpoint,
        by_nat_instance,
        by_named_interface,
        by_launched_instance,
        by_named_instance,
        by_transit_gateway,
        by_prefix_list,
        by_peering,
        by_firewall,
        by_firewall_endpoint,
        by_edge,
        over_ipv6,
        on_fargate,
    )
    return {maker.__name__: _with_regions(with_twin(maker())) for maker in makers}


def _with_regions(stack: Stack) -> Stack:
    regions = {given["region"] for given in stack.providers.values()}
    return _in_region(stack, regions.pop()) if regions else stack


def adopted(stack: Stack) -> Stack:
    """The same in VPCs that evidence shows, with their subnets and internet gateways."""
    held = {name for name, (type_, _) in stack.program.items() if type_ in _HELD}
    region = next(iter(stack.providers.values()), {"region": "us-east-1"})["region"]
    vpcs = [name for name in held if stack.program[name][0] == kind("Vpc")]
    account: Properties = {"accountId": "123456789012", "region": region, "resources": []}
    made = Stack(account={**account, "vpcs": [f"id-{name}" for name in vpcs]}, providers=stack.providers)
    for name, (type_, properties) in stack.program.items():
        shown = _with_ids(properties, held)
        if name not in held:
            made.program[name] = (type_, shown)
            continue
        if name in vpcs:
            shown |= {
                "enableDnsSupport": True,
                "enableDnsHostnames": True,
                "defaultNetworkAclId": f"acl-{name}",
                "defaultSecurityGroupId": f"sg-{name}",
                "mainRouteTableId": f"rtb-{name}",
                "defaultRouteTableId": f"rtb-{name}",
            }
            at = {"vpcId": f"id-{name}"}
            made.hold(kind("NetworkAcl"), f"acl-{name}", **at, **OPEN)
            made.hold(kind("SecurityGroup"), f"sg-{name}", **at, ingress=[], egress=[ALL, ALL6])
            made.hold(kind("SecurityGroup"), f"{SHUT}{name}", **at, ingress=[], egress=[])
            made.hold(kind("RouteTable"), f"rtb-{name}", **at, routes=[], associations=[])
        made.hold(type_, f"id-{name}", **shown)
    return made


_HELD: Final = (kind("Vpc"), kind("Subnet"), kind("InternetGateway"))
_ID: Final = {"defaultRouteTableId": "rtb-", "defaultNetworkAclId": "acl-"}
"""What the id of a VPC's own table or ACL begins with here."""


def _with_ids(value: Any, held: set[str], prop: str = "") -> Any:
    """`value` with an id in place of each reference to what the account has."""
    if isinstance(value, dict):
        name = value.get("ref")
        if name in held:
            return f"{_ID.get(prop, 'id-')}{name}"
        return value if name else {key: _with_ids(each, held, key) for key, each in value.items()}
    return [_with_ids(each, held, prop) for each in value] if isinstance(value, list) else value
