"""Living programs whose mail leaves by a NAT gateway or an egress-only internet gateway."""

from __future__ import annotations

import json
from typing import Final

from tests.reachability.living.parts import ALL, OPEN, R53, kind, use_group
from tests.reachability.stacks import ANYWHERE, Stack, own_network, ref

ASIDE: Final = (
    (kind("EncryptionControl"), "vpcId"),
    (kind("VpcEncryptionControl"), "vpcId"),
    (kind("ProfilesAssociation", R53), "resourceId"),
    (kind("ResolverFirewallRuleGroupAssociation", R53), "vpcId"),
    (kind("PrivateDnsNamespace", "aws:servicediscovery/"), "vpc"),
)
"""What may stand in the way of a VPC that it names, by the property that names it."""


def by_nat_gateway() -> Stack:
    """Rules, entries and blocks that are resources of their own; addresses of the gateway and of a host."""
    stack = Stack()
    own_network(stack)
    stack["private"]["cidrBlock"] = "10.1.1.0/24"
    stack.add(kind("VpcIpv4CidrBlockAssociation"), "second-block", vpcId=ref("vpc"), cidrBlock="10.1.0.0/16")
    stack.depends_on["private"] = ("second-block",)
    use_group(stack)
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


def by_regional_gateway() -> Stack:
    """A regional NAT gateway, with an address for a zone."""
    stack = Stack()
    own_network(stack)
    for prop in ("subnetId", "allocationId"):
        stack["nat"].pop(prop)
    addresses = {"availabilityZone": "us-east-1a", "allocationIds": [ref("address")]}
    regional = {"availabilityMode": "regional", "vpcId": ref("vpc")}
    stack["nat"].update(**regional, availabilityZoneAddresses=[addresses])
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
    use_group(stack)
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
    for name, port in (("task", "587"), ("bad-task", "25")):
        variables = [{"name": "SMTP_HOST", "value": "smtp.example.com"}, {"name": "SMTP_PORT", "value": port}]
        containers = json.dumps([{"environment": variables}])
        stack.add(
            "aws:ecs/taskDefinition:TaskDefinition",
            name,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=containers,
        )
    stack.add(
        "aws:ecs/service:Service",
        "service",
        taskDefinition=ref("task"),
        launchType="FARGATE",
        networkConfiguration={"subnets": [ref("private")], "securityGroups": [ref("group")]},
    )
    return stack
