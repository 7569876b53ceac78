"""Living programs whose mail goes to an endpoint for SES."""

from __future__ import annotations

from tests.reachability.living.parts import ALL, in_region, kind
from tests.reachability.stacks import Stack, ref


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
    return in_region(stack, "us-west-2")


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
        subnetConfigurations=[{"subnetId": ref("private-a"), "ipv4": "10.0.0.10"}],
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
    return in_region(stack, "us-west-2")


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
    return in_region(stack, "us-west-2")
