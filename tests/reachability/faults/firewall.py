"""What may be wrong with a firewall before the NAT gateway."""

from __future__ import annotations

from tests.reachability.faults.row import REACHABLE, UNDETERMINED, UNREACHABLE, Row, put, take
from tests.reachability.firewalled import rule, stateful
from tests.reachability.stacks import VPC, ref

FIREWALL = [
    Row("nothing", put("service"), REACHABLE, set()),
    Row(
        "mail dropped by default",
        put("group", ruleGroup=stateful(rule(destinationPort="443"))),
        UNREACHABLE,
        {"FIREWALL_RULES_RESTRICTION"},
    ),
    Row(
        "rules that are not read",
        put("group", ruleGroup={"rulesSource": {"rulesString": "drop tls any any -> any any (sid:1;)"}}),
        UNDETERMINED,
        {"FIREWALL_RULES_RESTRICTION"},
    ),
    Row(
        "an endpoint that is not read",
        put("default", vpcEndpointId="vpce-1"),
        UNDETERMINED,
        {"ENDPOINT_NOT_READ"},
    ),
    Row("replies past it", take("back-0"), UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"}),
    Row(
        "replies to an endpoint that is not read",
        put("back-0", vpcEndpointId="vpce-1"),
        UNDETERMINED,
        {"FIREWALL_ASYMMETRIC_ROUTING"},
    ),
    Row("its subnet leads nowhere", take("fw-default"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "its subnet's ACL closed",
        lambda stack: stack.add(
            "aws:ec2/networkAcl:NetworkAcl", "closed", vpcId=VPC, subnetIds=[ref("fw-subnet")]
        ),
        UNREACHABLE,
        {"SUBNET_ACL_RESTRICTION"},
    ),
]
