"""`nat-gateway-usable`: a NAT gateway can translate, and what it translates leaves the VPC."""

from __future__ import annotations

from collections.abc import Iterator

from reachability import Resource
from reachability.graph import tokens

from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation, found, proof_alone


def _check_alone(nat: Resource, _options: Options) -> Iterator[Violation]:
    for finding in proof_alone(nat).network.nat_gateways.read(nat).translates().findings:
        yield found(nat, finding)


def _check(stack: Stack, _options: Options) -> Judge:
    proof = stack.proof()

    def judge(nat: Resource) -> Iterator[Violation]:
        if nat.get("connectivityType") != "private":
            gateway = proof.network.nat_gateways.read(nat)
            outcome = gateway.gets_address + gateway.is_placed + proof.walk.sends_out(gateway)
            for finding in outcome.findings:
                yield found(nat, finding)

    return judge


RULE = Rule(
    name="nat-gateway-usable",
    description="A NAT gateway is public, and has an address and a route to an internet gateway.",
    reference="NAT gateways (Amazon VPC); Regional NAT gateways",
    remedy="Give it an Elastic IP address and a public subnet of its VPC, as NatEgress does.",
    severity=Severity.HIGH,
    judges=tokens.NAT_GATEWAY,
    check_alone=_check_alone,
    check=_check,
    options=EVIDENCE,
)
