"""AWS Network Firewall: a firewall has an endpoint in each subnet that it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..account import AwsResource
from ..kind import Call, Kind
from .references import VPC

_FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
_SUBNET: Final = "aws:ec2/subnet:Subnet"


def _arn(what: str) -> Any:
    return lambda call: call.arn("network-firewall", f"{what}/{call.inputs['name']}")


def _firewall(call: Call, identity: str) -> Mapping[str, Any]:
    return {"arn": identity, "firewallStatuses": [{"syncStates": list(_sync_states(call))}]}


def _endpoints(firewall: AwsResource, call: Call) -> Iterator[AwsResource]:
    """Gateway Load Balancer endpoints of the VPC ("Firewall endpoints", AWS Network Firewall Guide)."""
    for state in firewall.get("firewallStatuses")[0]["syncStates"]:
        for attachment in state["attachments"]:
            yield AwsResource(
                "aws:ec2/vpcEndpoint:VpcEndpoint",
                attachment["endpointId"],
                {
                    "vpcId": firewall.get("vpcId"),
                    "vpcEndpointType": "GatewayLoadBalancer",
                    "subnetIds": [attachment["subnetId"]],
                    "state": "available",
                    "region": call.region,
                },
            )


def _sync_states(call: Call) -> Iterator[Mapping[str, Any]]:
    for mapping in call.inputs.get("subnetMappings") or ():
        identity = str(mapping["subnetId"])
        subnet = call.account.find(_SUBNET, identity)
        endpoint = f"vpce-0{call.digest(identity, 16)}"
        yield {
            "availabilityZone": subnet.get("availabilityZone") if subnet else "",
            "attachments": [{"endpointId": endpoint, "subnetId": identity}],
        }


KINDS: Final = (
    Kind(
        _FIREWALL,
        _arn("firewall"),
        _firewall,
        recomputed=frozenset({"firewallStatuses"}),
        replaced_by=frozenset({"name", "vpcId"}),
        references={"vpcId": VPC},
        implicit_resources=_endpoints,
    ),
    Kind(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        _arn("firewall-policy"),
        replaced_by=frozenset({"name"}),
    ),
    Kind(
        "aws:networkfirewall/ruleGroup:RuleGroup",
        lambda call: call.arn(
            "network-firewall", f"{call.inputs['type'].lower()}-rulegroup/{call.inputs['name']}"
        ),
        replaced_by=frozenset({"name", "type"}),
    ),
)
