"""`awsx.lb.ApplicationLoadBalancer` and `NetworkLoadBalancer`, with target group, listeners and group.

Source: Pulumi Registry, "AWSx", "awsx.lb.ApplicationLoadBalancer", "awsx.lb.NetworkLoadBalancer".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reachability.values import UNKNOWN, contains_unknown, get

from ..component import Child, NotSimulatedError, Surroundings
from . import default_vpc
from .arguments import Arguments
from .service import OPEN_RULES

APPLICATION: Final = "awsx:lb:ApplicationLoadBalancer"
NETWORK: Final = "awsx:lb:NetworkLoadBalancer"
_OWN: Final = frozenset(
    {
        "defaultSecurityGroup",
        "defaultTargetGroup",
        "defaultTargetGroupPort",
        "listener",
        "listeners",
        "subnetIds",
        "subnets",
    }
)


def expand_application(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register an Application Load Balancer: see `Expand`."""
    return _Balancer(name, arguments, around).expand("application")


def expand_network(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register a Network Load Balancer: see `Expand`."""
    return _Balancer(name, arguments, around).expand("network")


class _Balancer:
    """One load balancer, while it is registered."""

    def __init__(self, name: str, arguments: Mapping[str, Any], around: Surroundings) -> None:
        self.name = name
        self.given = Arguments(arguments)
        self.around = around
        self.given.one_of("defaultTargetGroup", "defaultTargetGroupPort")
        self.where = self.given.one_of("subnetIds", "subnets", "subnetMappings")
        self.listeners = self._listeners()

    def _listeners(self) -> list[Arguments]:
        one = self.given.one_of("listener", "listeners")
        if one != "listeners":
            return [self.given.within("listener")]
        many = self.given.plain("listeners")
        if many is UNKNOWN:
            raise NotSimulatedError("with unknown listeners")
        sources = self.given.derived(None, "listeners").dependencies
        return [Arguments(each, sources) for each in many]

    def expand(self, kind: str) -> Mapping[str, Any]:
        subnets, vpc = self._placement()
        inputs = {**self.given.without(_OWN), "loadBalancerType": kind, "subnets": subnets}
        outputs: dict[str, Any] = {"vpcId": vpc}
        if kind == "network":
            inputs |= {"enableHttp2": False, "idleTimeout": 0}
        elif "securityGroups" not in self.given:
            group, inputs["securityGroups"] = self._security_groups(vpc)
            outputs |= {"defaultSecurityGroup": group.reference} if group else {}
        balancer = self.around.register("aws:lb/loadBalancer:LoadBalancer", self.name, inputs)
        speaks = [self._speaks(each, kind) for each in self.listeners]
        # Several listeners leave the target group to the arguments of the group, or the first one's.
        alone = len(self.listeners) == 1 and "listeners" in self.given
        of_group = {"targetType": "ip", **({} if alone else speaks[0])} if kind == "application" else {}
        if kind == "network":
            of_group = {"protocol": "TCP", "port": self._default_port()}
        group_inputs = {
            "vpcId": vpc,
            **of_group,
            **self.given.within("defaultTargetGroup").without(),
        }
        target = self.around.register("aws:lb/targetGroup:TargetGroup", self.name, group_inputs)
        actions = [{"type": "forward", "targetGroupArn": target.output("arn")}]
        made = [
            self.around.register(
                "aws:lb/listener:Listener",
                f"{self.name}-{index}",
                {
                    "defaultActions": actions,
                    **speaks[index],
                    **listener.without(),
                    "loadBalancerArn": balancer.output("arn"),
                },
            )
            for index, listener in enumerate(self.listeners)
        ]
        return {
            **outputs,
            "loadBalancer": balancer.reference,
            "defaultTargetGroup": target.reference,
            "listeners": [each.reference for each in made],
        }

    def _placement(self) -> tuple[Any, Any]:
        """The subnets, and the VPC that they are in."""
        given = self.given
        if self.where is None:
            vpc = default_vpc.find(self.around)
            return list(vpc.public), vpc.id
        first = get(given.plain(self.where), 0)
        if self.where == "subnetIds":
            return given.value("subnetIds"), given.derived(self._vpc_of(first), "subnetIds")
        if self.where == "subnetMappings":
            return None, given.derived(self._vpc_of(get(first, "subnetId")), "subnetMappings")
        return given.derived(given.plain("subnets"), "subnets"), given.derived(self._vpc_of(first), "subnets")

    def _vpc_of(self, subnet: Any) -> Any:
        if not isinstance(subnet, str):
            return UNKNOWN
        return self.around.invoke("aws:ec2/getSubnet:getSubnet", {"id": subnet}).get("vpcId", UNKNOWN)

    def _security_groups(self, vpc: Any) -> tuple[Child | None, Any]:
        asked = self.given.within("defaultSecurityGroup")
        asked.one_of("args", "securityGroupId")
        if asked.is_set("skip"):
            return None, None
        if "securityGroupId" in asked:
            return None, [asked.value("securityGroupId")]
        own = asked.within("args").without() if "args" in asked else {"vpcId": vpc, **OPEN_RULES}
        group = self.around.register("aws:ec2/securityGroup:SecurityGroup", self.name, own)
        return group, [group.id_output]

    def _default_port(self) -> Any:
        return self.given.value("defaultTargetGroupPort") if "defaultTargetGroupPort" in self.given else 80

    def _speaks(self, listener: Arguments, kind: str) -> dict[str, Any]:
        """The port and protocol of a listener: either gives the other."""
        if kind == "network":
            return {"protocol": "TCP", "port": 80}
        port, protocol = listener.plain("port"), listener.plain("protocol")
        if port is None and protocol is None:
            return {"port": self._default_port(), "protocol": "HTTP"}
        if protocol is None:
            protocol = UNKNOWN if contains_unknown(port) else "HTTPS" if port == 443 else "HTTP"
        elif port is None:
            port = UNKNOWN if contains_unknown(protocol) else 443 if protocol == "HTTPS" else 80
        return {
            "port": listener.derived(port, "port", "protocol"),
            "protocol": listener.derived(protocol, "port", "protocol"),
        }
