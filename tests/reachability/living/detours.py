"""Living programs whose mail passes a transit gateway or a firewall."""

from __future__ import annotations

from tests.reachability.firewalled import PASS_MAIL, policy, stateful
from tests.reachability.living.parts import TGW, kind
from tests.reachability.stacks import ANYWHERE, Stack, own_network, ref


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
