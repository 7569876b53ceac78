"""`nat-gateway-usable`: a NAT gateway can translate, and what it translates leaves the VPC."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reachability import Outcome, Proof, Resource
from reachability.graph import tokens

from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation, found, proof_alone


def _check_alone(nat: Resource, _options: Options) -> Iterator[Violation]:
    for finding in proof_alone(nat).network.nat_gateways.read(nat).translates().findings:
        yield found(nat, finding)


def _check(stack: Stack, _options: Options) -> Judge:
    proof = stack.proof()

    def judge(nat: Resource) -> Iterator[Violation]:
        if nat.get("connectivityType") != "private":
            for finding in proof.whatever_is_chosen(partial(_usable, nat.key)).findings:
                yield found(nat, finding)

    return judge


def _usable(key: str, proof: Proof) -> Outcome:
    gateway = proof.network.nat_gateways.read(proof.graph[key])
    return gateway.gets_address + gateway.is_placed + proof.walk.sends_out(gateway)


RULE = Rule(
    name="nat-gateway-usable",
    description="A NAT gateway is public, and has an address and a route to an internet gateway.",
    reference="NAT gateways (Amazon VPC); Regional NAT gateways",
    remedy="Give it an Elastic IP address and a public subnet of its VPC.",
    severity=Severity.HIGH,
    judges=tokens.NAT_GATEWAY,
    check_alone=_check_alone,
    check=_check,
    options=EVIDENCE,
)
