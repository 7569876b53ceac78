"""What fixes a finding, one change at a time; whether it helps is what the proof says afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailroute.fixes.changes import Change, Situation, applied
from mailroute.fixes.fixes import fixed
from reachability import UNKNOWN, Origin, Proof, Verdict
from reachability.verdict import Finding
from tests.reachability.firewalled import PASS_MAIL, firewall_stack, policy, stateful
from tests.reachability.stacks import ACL, GATEWAY, PRIVATE, REGION, VPC, Stack, own_network, ref, ses_stack

NO_OTHER_WAY = lambda _situation, _finding: None  # noqa: E731
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
OFFERED = "VPCE_SERVICE_NOT_INSTALLED_IN_AZ"


def _situation(stack: Stack, changes: tuple[Change, ...] = (), *, preview: bool = True) -> Situation:
    proof = Proof(applied(stack.graph(preview=preview), changes), zones=stack.evidence().zones)
    return Situation(proof, next(proof.workloads(Origin.PROGRAM)), 587)


def _fixed(stack: Stack, code: str, name: str, *, preview: bool = True) -> Change | None:
    """What fixes this finding at the resource of this name, or of this id."""
    situation = _situation(stack, preview=preview)
    key = next(found.key for found in situation.graph if name in (found.name, found.id))
    return fixed(situation, Finding(code, key, "", ""), NO_OTHER_WAY)


def _verdict_after(stack: Stack, change: Change | None) -> Verdict:
    assert change is not None
    situation = _situation(stack, (change,))
    (destination,) = situation.workload.destinations
    return situation.proof.judge(situation.workload.placements, destination).verdict


def _endpoint(stack: Stack, name: str, **properties: Any) -> None:
    service = {"serviceName": f"com.amazonaws.{REGION}.email-smtp", "vpcEndpointType": "Interface"}
    stack.add(ENDPOINT, name, vpcId=VPC, **service, **properties)


def test_a_subnet_in_a_zone_without_the_service_is_left_out() -> None:
    stack = Stack(account=ses_stack().account)
    _endpoint(stack, "not-known", subnetIds=ref("nowhere"))
    _endpoint(stack, "associated")
    stack.add("aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation", "association")
    stack["association"].update(vpcEndpointId=ref("associated"), subnetId=PRIVATE[0])
    _endpoint(stack, "alone", subnetIds=[PRIVATE[0]])
    _endpoint(stack, "both", subnetIds=list(PRIVATE))
    stack.program.update({name: ses_stack().program[name] for name in ("connector-group", "connector")})
    stack.program["service"] = ses_stack().program["service"]

    change = _fixed(stack, OFFERED, PRIVATE[0])

    assert change is not None
    (endpoint,) = change.put
    assert (endpoint.name, endpoint.properties["subnetIds"]) == ("both", [PRIVATE[1]])
    assert change.text == f"leave subnet {PRIVATE[0]} out of the endpoint"
    stack.remove("both")
    assert _fixed(stack, OFFERED, PRIVATE[0]) is None


def test_a_planned_subnet_is_left_out_of_the_endpoint(ses: Stack) -> None:
    place = {"vpcId": VPC, "availabilityZone": "us-east-1d"}
    ses.add("aws:ec2/subnet:Subnet", "wrong", cidrBlock="172.31.200.0/24", **place)
    ses.add("aws:ec2/subnet:Subnet", "right", cidrBlock="172.31.201.0/24", vpcId=VPC)
    ses["right"]["availabilityZone"] = "us-east-1a"
    ses["endpoint"]["subnetIds"] = [ref("right"), ref("wrong")]
    (egress,) = ses.prove()
    assert [finding.code for finding in egress.outcome.findings] == [OFFERED]

    change = _fixed(ses, OFFERED, "wrong")

    assert _verdict_after(ses, change) is Verdict.REACHABLE


def test_only_a_free_internet_gateway_is_attached() -> None:
    """One that is another VPC's is not taken from it, and an egress-only gateway is attached to nothing."""
    stack = Stack()
    own_network(stack)
    stack.add("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", "egress-only")
    del stack["igw"]["vpcId"]
    free = _fixed(stack, "BAD_STATE_ATTACHMENT", "igw")
    assert _verdict_after(stack, free) is Verdict.REACHABLE
    assert free is not None
    assert free.text == "attach internet gateway igw to VPC vpc"
    assert _fixed(stack, "BAD_STATE_ATTACHMENT", "egress-only") is None

    stack.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
    stack["igw"]["vpcId"] = ref("other")
    assert _fixed(stack, "BAD_STATE_ATTACHMENT", "igw") is None

    del stack["igw"]["vpcId"]
    attachment = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
    stack.add(attachment, "attachment", internetGatewayId=ref("igw"), vpcId=ref("other"))
    assert _fixed(stack, "BAD_STATE_ATTACHMENT", "igw") is None
    stack["attachment"]["internetGatewayId"] = GATEWAY
    assert _fixed(stack, "BAD_STATE_ATTACHMENT", "igw") is not None
    stack.add("aws:ec2/internetGateway:InternetGateway", "own", vpcId=ref("vpc"))
    assert _fixed(stack, "BAD_STATE_ATTACHMENT", "igw") is None


def test_nothing_is_attached_where_gateway_or_vpc_is_unknown(nat: Stack) -> None:
    situation = _situation(nat)
    nowhere = replace(situation, workload=replace(situation.workload, placements=()))

    gateway = next(found.key for found in situation.graph if found.id == GATEWAY)

    for where, key in ((situation, "nowhere"), (nowhere, gateway)):
        assert fixed(where, Finding("BAD_STATE_ATTACHMENT", key, "", ""), NO_OTHER_WAY) is None


def test_the_default_group_of_a_workload_is_opened_outwards(nat: Stack) -> None:
    nat.add("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "wiped", vpcId=VPC)
    nat["connector"]["securityGroups"] = []

    change = _fixed(nat, "ENI_SG_RULES_MISMATCH", "wiped")

    assert _verdict_after(nat, change) is Verdict.REACHABLE
    assert change is not None
    assert change.text == "let TCP 587 out of security group wiped"


def test_a_group_on_both_sides_that_lets_out_is_opened_inwards(ses: Stack) -> None:
    ses["endpoint"]["securityGroupIds"] = [ref("connector-group")]

    change = _fixed(ses, "ENI_SG_RULES_MISMATCH", "connector-group")

    assert _verdict_after(ses, change) is Verdict.REACHABLE
    assert change is not None
    assert change.text == "let TCP 587 into security group connector-group"


def test_an_acl_entry_whose_number_is_not_known_keeps_it(nat: Stack) -> None:
    entry = {"action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0", "fromPort": 0, "toPort": 0}
    numbered = [{**entry, "ruleNo": 1}, {**entry, "ruleNo": ref("nowhere")}]
    nat.add("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "acl", defaultNetworkAclId=ACL, egress=numbered)

    change = _fixed(nat, "SUBNET_ACL_RESTRICTION", "acl")

    assert change is not None
    numbers = [found["ruleNo"] for found in change.put[0].properties["egress"]]
    assert numbers[:3] == [1, 2, 3]
    assert not isinstance(numbers[3], int)
    numbered[1]["ruleNo"] = 32766
    assert _fixed(nat, "SUBNET_ACL_RESTRICTION", "acl") is None


def test_mail_passes_in_the_first_rule_group_that_is_known() -> None:
    stack = firewall_stack()
    stack.add("aws:networkfirewall/ruleGroup:RuleGroup", "unknown", type="STATEFUL")
    stack["unknown"]["ruleGroup"] = {"rulesSource": {"statefulRules": UNKNOWN}}
    references = [{"resourceArn": arn} for arn in ("arn:elsewhere", ref("unknown"), ref("group"))]
    stack["policy"]["firewallPolicy"] = {**policy(), "statefulRuleGroupReferences": references}
    stack["group"]["ruleGroup"] = stateful({**PASS_MAIL, "action": "DROP"})

    change = _fixed(stack, "FIREWALL_RULES_RESTRICTION", "policy", preview=False)

    assert change is not None
    assert change.text == "pass TCP 587 in the first rule of rule group id-group"
    assert [rule["action"] for rule in _rules(change)] == ["PASS", "DROP"]


def _rules(change: Change) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = change.put[0].properties["ruleGroup"]["rulesSource"]["statefulRules"]
    return rules


def test_a_finding_without_a_fix_takes_another_egress_path(nat: Stack) -> None:
    situation = _situation(nat)
    finding = Finding("BLOCKED_BY_SOMETHING_ELSE", "nowhere", "", "")
    around = Change("go around", "nowhere")

    assert fixed(situation, finding, lambda _situation, _finding: around) is around
    assert fixed(situation, finding, NO_OTHER_WAY) is None
