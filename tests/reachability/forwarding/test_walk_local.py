"""Mail hosts in the client's own VPC: the local route, and the ACLs of both subnets."""

from __future__ import annotations

from reachability import Verdict
from tests.reachability.shown import judged
from tests.reachability.stacks import ACL, VPC, Stack, name_host

UNREACHABLE, UNDETERMINED = Verdict.UNREACHABLE, Verdict.UNDETERMINED


def test_a_host_in_another_subnet_of_the_vpc_is_behind_its_acl(nat: Stack) -> None:
    name_host(nat, "172.31.0.9")
    assert judged(nat) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    nat.add(
        "aws:ec2/networkAcl:NetworkAcl",
        "closed",
        vpcId=VPC,
        subnetIds=["subnet-0c31f6a7de52b8941"],
        ingress=[],
        egress=[],
    )
    nat[ACL]["subnetIds"].remove("subnet-0c31f6a7de52b8941")
    assert judged(nat) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION", "DESTINATION_IN_VPC"})


def test_within_the_clients_own_subnet_no_acl_applies(nat: Stack) -> None:
    name_host(nat, "172.31.96.9")
    nat["connector"]["subnets"] = ["subnet-058489269eab00608"]
    nat[ACL].update(ingress=[], egress=[])

    assert judged(nat) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_subnet_whose_block_is_not_known_may_have_the_address(nat: Stack) -> None:
    name_host(nat, "172.31.96.9")
    nat["connector"]["subnets"] = ["subnet-058489269eab00608"]
    nat["subnet-058489269eab00608"].pop("cidrBlock")
    nat[ACL].update(ingress=[], egress=[])

    assert judged(nat) == (UNDETERMINED, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})
