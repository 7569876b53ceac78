"""VPC Encryption Controls: where encryption is enforced, what becomes of mail is undetermined."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.shown import judged
from tests.reachability.stacks import VPC, Stack, ref

CONTROL = "aws:ec2/vpcEncryptionControl:VpcEncryptionControl"

OPEN = (Verdict.UNDETERMINED, {"VPC_ENCRYPTION_ENFORCED"})
PASSED: tuple[Verdict, set[str]] = (Verdict.REACHABLE, set())


@pytest.mark.parametrize("type_", [CONTROL, "aws:ec2/encryptionControl:EncryptionControl"])
@pytest.mark.parametrize(("mode", "expected"), [("monitor", PASSED), ("enforce", OPEN), (ref("later"), OPEN)])
@pytest.mark.parametrize("way", ["nat", "ses"])
def test_a_vpc_that_enforces_encryption(
    way: str, mode: Any, expected: tuple[Verdict, set[str]], type_: str, request: pytest.FixtureRequest
) -> None:
    stack: Stack = request.getfixturevalue(way)
    stack.add(type_, "control", vpcId=VPC, mode=mode)

    assert judged(stack) == expected


def test_the_control_of_another_vpc_says_nothing(nat: Stack) -> None:
    nat.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
    nat.add(CONTROL, "control", vpcId=ref("other"), mode="enforce")

    assert judged(nat) == PASSED
