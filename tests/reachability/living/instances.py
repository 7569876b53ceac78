"""Living programs whose mail leaves by an instance that forwards it."""

from __future__ import annotations

from tests.reachability.living.parts import ALL, kind, use_group
from tests.reachability.stacks import ANYWHERE, Stack, own_network, ref


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
    """The same, whose address names the interface itself, and whose instance is launched with it."""
    stack = by_nat_instance()
    stack.remove("addressed")
    stack["address"]["networkInterface"] = ref("interface")
    stack.remove("attached")
    stack["host"]["primaryNetworkInterface"] = {"networkInterfaceId": ref("interface")}
    return stack


def by_listed_interface() -> Stack:
    """The same, whose instance lists the interface."""
    stack = by_named_interface()
    stack["host"].pop("primaryNetworkInterface")
    stack["host"]["networkInterfaces"] = [{"deviceIndex": 0, "networkInterfaceId": ref("interface")}]
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
    use_group(stack, egress=[ALL])
    rule = {"type": "ingress", "protocol": "-1", "sourceSecurityGroupId": ref("group")}
    stack.add(kind("SecurityGroupRule"), "from-group", securityGroupId=ref("open"), **rule)
    return stack


def by_named_instance() -> Stack:
    """The same, whose address names the instance itself."""
    return by_launched_instance(associated=False)
