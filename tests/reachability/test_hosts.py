"""Which names have an answer that the proof can know: not those of one's own network."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Destination, Proof, Settings, Verdict
from reachability.hosts import is_public, is_valid
from tests.reachability.mail_hosts import judge, undetermined
from tests.reachability.stacks import VPC, Stack, ref

LONG = "a" * 64
LAMBDA = "aws:lambda/function:Function"


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "smtp://smtp.example.com",
        "smtp.example.com:587",
        "smtp.example.com/",
        "smtp .example.com",
        "smtp..example.com",
        ".example.com",
        "-smtp.example.com",
        "smtp-.example.com",
        f"{LONG}.example.com",
        f"{'a.' * 121}example.info",
        "[[8.8.8.8]]",
        "300.1.1.1",
        "10.1",
        "smtp.0x7f",
        "587",
        "smtp.exämple.com",
        "${HOST}",
        "::ffff:8.8.8.8",
    ],
)
def test_what_is_no_host_name(host: str, nat: Stack) -> None:
    assert not is_valid(host)
    assert undetermined(judge(nat, host), "HOST_INVALID")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "smtp",
        "smtp.localhost",
        "relay.mail.local",
        "ip-10-1-1-5.ec2.internal",
        "IP-10-1-1-5.EC2.INTERNAL.",
        "relay.home.arpa",
        "smtp.test",
        "smtp.invalid",
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "[::1]",
        "::",
        "relay-0123456789abcdef.elb.us-east-1.amazonaws.com",
        "internal-relay-123456789.us-east-1.elb.amazonaws.com",
        "Relay-123456789.us-east-1.elb.amazonaws.com",
        "ec2-203-0-113-25.compute-1.amazonaws.com",
        "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
    ],
)
def test_what_is_no_name_of_the_public_dns(host: str, nat: Stack) -> None:
    assert is_valid(host)
    assert not is_public(host)
    assert undetermined(judge(nat, host), "NAME_NOT_PUBLIC")


@pytest.mark.parametrize(
    "host",
    [
        "smtp.gmail.com",
        "SMTP.Example.com.",
        f"{'a.' * 121}example.com.",
        "smtp.example",
        "email-smtp.us-east-1.amazonaws.com",
        "mail_1.example.com",
        "1.example.com",
        "xn--exmple-cua.com",
        "smtp.localhost.com",
        "8.8.8.8",
        "2001:4860:4860::8888",
        "10.0.0.25",
    ],
)
def test_what_is_public_or_an_address(host: str) -> None:
    assert is_valid(host)
    assert is_public(host)


@pytest.mark.parametrize("host", ["localhost", "smtp.example.com:587", "relay.mail.local", "127.0.0.1"])
def test_such_a_host_is_undetermined_where_egress_is_closed(host: str, nat: Stack) -> None:
    nat["connector-group"]["egress"] = []

    assert judge(nat, "smtp.example.com").verdict is Verdict.UNREACHABLE
    assert judge(nat, host).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("host", ["localhost", "smtp.localhost", "127.0.0.1", "::1"])
def test_the_client_itself_is_told_by_one_wording(host: str, nat: Stack) -> None:
    told = f"{host} is service itself, and whether a relay runs beside it is not known"
    nat["service"]["networkConfiguration"] = {"egressConfiguration": {"egressType": "DEFAULT"}}

    assert [found.message for found in judge(nat, host).findings] == [told]


@pytest.mark.parametrize(
    ("servers", "known"),
    [
        ([], True),
        (["AmazonProvidedDNS"], True),
        (["169.254.169.253", "fd00:ec2::253"], True),
        (["172.31.0.2", "AmazonProvidedDNS"], True),
        (["AmazonProvidedDNS", "172.31.0.2", "169.254.169.253", "fd00:ec2::253"], True),
        (["172.31.0.3"], False),
        (["172.31.0.2", "8.8.8.8"], False),
        ([UNKNOWN], False),
        (UNKNOWN, False),
    ],
)
def test_what_other_resolvers_make_of_a_name_is_not_known(servers: object, known: bool, nat: Stack) -> None:
    nat.add("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "options", domainNameServers=servers)
    link = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
    nat.add(link, "link", vpcId=VPC, dhcpOptionsId=ref("options"))

    outcome = judge(nat, "smtp.example.com")

    assert outcome.verdict is Verdict.REACHABLE if known else undetermined(outcome, "VPC_OTHER_RESOLVER")
    assert judge(nat, "198.51.100.25").verdict is Verdict.REACHABLE


def test_a_team_that_knows_the_addresses_has_its_verdict(nat: Stack) -> None:
    settings = Settings(addresses={"relay.mail.local": ("203.0.113.0/24",)})

    assert judge(nat, "Relay.mail.local", settings).verdict is Verdict.REACHABLE


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("localhost", "NAME_NOT_PUBLIC"),
        ("127.0.0.1", "NAME_NOT_PUBLIC"),
        ("::1", "NAME_NOT_PUBLIC"),
        ("smtp.example.com:587", "HOST_INVALID"),
        (
            "vpce-0123456789abcdef0-abcdefgh.email-smtp.us-east-1.vpce.amazonaws.com",
            "NAME_NOT_PUBLIC",
        ),
    ],
)
def test_such_a_host_is_undetermined_outside_a_vpc_too(host: str, code: str) -> None:
    stack = Stack()
    stack.add(LAMBDA, "api")

    proof = Proof(stack.graph(), Settings(destinations=(Destination(host, 587),)))
    (workload,) = proof.workloads()
    assert undetermined(proof.judge(workload.placements, Destination(host, 587)), code)
    assert proof.judge(workload.placements, Destination("smtp.example.com", 587)).verdict is Verdict.REACHABLE
