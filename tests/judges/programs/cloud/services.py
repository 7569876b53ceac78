"""VPC endpoints, hosted zones and App Runner: what AWS makes of their creation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs import types as kinds
from tests.judges.programs.cloud.account import Cloud, Created, Creation, refuse

_ENDPOINT: Final = ("vpcId", "serviceName", "vpcEndpointType", "privateDnsEnabled")


def endpoint(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Sources: EC2, "CreateVpcEndpoint"; AWS PrivateLink Guide, "Subnets and Availability Zones"."""
    vpc = cloud.get(t.VPC, inputs["vpcId"], inputs)
    subnets, groups = inputs.get("subnetIds") or [], inputs.get("securityGroupIds") or []
    cloud.in_vpc(inputs["vpcId"], t.SUBNET, subnets, inputs)
    cloud.in_vpc(inputs["vpcId"], t.GROUP, groups, inputs)
    zones = [cloud.held[key][1]["availabilityZone"] for key in subnets]
    if not subnets or len(set(zones)) < len(zones):
        refuse("an endpoint has one subnet in each zone")
    if inputs["vpcEndpointType"] != "Interface":
        refuse("SES has interface endpoints alone")
    if inputs["privateDnsEnabled"]:
        if not (vpc["enableDnsSupport"] and vpc["enableDnsHostnames"]):
            refuse("private DNS needs that of the VPC")
        for _, other in cloud.all(t.ENDPOINT):
            same = all(other[each] == inputs[each] for each in ("vpcId", "serviceName"))
            if same and other["privateDnsEnabled"]:
                refuse("another endpoint has the private name")
    groups = groups or [vpc["defaultSecurityGroupId"]]
    given = {each: inputs[each] for each in _ENDPOINT}
    made = {"subnetIds": subnets, "securityGroupIds": groups, "state": "available"}
    key = cloud.put(t.ENDPOINT, f"vpce-{name}", inputs, **given, **made)
    return key, {"state": "available", "securityGroupIds": groups}


def zone(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    for vpc in inputs.get("vpcs") or ():
        cloud.get(t.VPC, vpc["vpcId"], {})
        for _, other in cloud.all(t.ZONE):
            if other["name"] == inputs["name"] and vpc in (other.get("vpcs") or ()):
                refuse("the VPC has a zone of that name")
    key = cloud.put(t.ZONE, f"Z{name}", {}, name=inputs["name"], vpcs=inputs.get("vpcs") or [])
    return key, {"zoneId": key}


def record(cloud: Cloud, _name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: Amazon Route 53 API Reference, "ChangeResourceRecordSets"."""
    zone = cloud.get(t.ZONE, inputs["zoneId"], {})
    domain, given = zone["name"].strip("."), inputs["name"].strip(".")
    full = given if f".{given}".endswith(f".{domain}") else f"{given}.{domain}"
    key = f"{inputs['zoneId']}_{full}_{inputs['type']}"
    if inputs["type"] == "CNAME" and full == domain:
        refuse("a zone's own name takes no CNAME")
    for _, other in cloud.all(kinds.RECORD):
        same = (other["zoneId"], other["name"]) == (inputs["zoneId"], full)
        if same and "CNAME" in (inputs["type"], other["type"]):
            refuse("a CNAME shares its name with nothing")
    names = ("zoneId", "type", "ttl", "records", "aliases")
    kept = {each: inputs[each] for each in names if each in inputs}
    cloud.put(kinds.RECORD, key, {}, **kept, name=full)
    return key, {"fqdn": full}


def load_balancer(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: Elastic Load Balancing API Reference, "CreateLoadBalancer"."""
    vpc = cloud.get(t.SUBNET, inputs["subnets"][0], inputs)["vpcId"]
    cloud.in_vpc(vpc, t.SUBNET, inputs["subnets"], inputs)
    prefix = "internal-" if inputs["internal"] else ""
    key = f"arn:aws:elasticloadbalancing:{t.REGION}:123456789012:loadbalancer/net/{name}/1"
    made = {
        "arn": key,
        "dnsName": f"{prefix}{name}-1.elb.{t.REGION}.amazonaws.com",
        "zoneId": "Z26RNL4JYFTOTI",
    }
    kept = {each: inputs[each] for each in ("internal", "subnets")}
    cloud.put(kinds.LOAD_BALANCER, key, inputs, **kept, **made)
    return key, made


def connector(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: App Runner API Reference, "CreateVpcConnector"."""
    subnets, groups = inputs["subnets"], inputs.get("securityGroups") or []
    if not subnets:
        refuse("a connector needs a subnet")
    vpc = cloud.get(t.SUBNET, subnets[0], inputs)["vpcId"]
    cloud.in_vpc(vpc, t.SUBNET, subnets, inputs)
    cloud.in_vpc(vpc, t.GROUP, groups, inputs)
    key = f"{t.ARN}:vpcconnector/{name}/1/c"
    once = list(dict.fromkeys(subnets))
    cloud.put(t.CONNECTOR, key, inputs, subnets=once, securityGroups=groups)
    return key, {"arn": key, "status": "ACTIVE"}


def service(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    egress = inputs["networkConfiguration"]["egressConfiguration"]
    cloud.get(t.CONNECTOR, egress["vpcConnectorArn"], inputs)
    key = f"{t.ARN}:service/{name}/s"
    kept = ("serviceName", "networkConfiguration", "sourceConfiguration")
    cloud.put(t.SERVICE, key, inputs, **{each: inputs[each] for each in kept})
    return key, {"arn": key}


CREATIONS: Final[Mapping[str, Creation]] = {
    t.ENDPOINT: endpoint,
    t.ZONE: zone,
    kinds.RECORD: record,
    kinds.LOAD_BALANCER: load_balancer,
    t.CONNECTOR: connector,
    t.SERVICE: service,
}
