"""What is known of a VPC: how much of it was read, its addresses, and the DNS that it gives."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Coverage, Graph, Origin, Proof, Ref, Resource, Verdict
from reachability.aws.vpc import Block, addresses_of, blocks_of
from reachability.graph import Unread
from reachability.graph.references import exactly
from reachability.ranges import Ranges, addresses, union
from tests.reachability.shown import judged, said
from tests.reachability.stacks import OWNER, REGION, VPC, Stack, either, ref
from tests.reachability.two_vpcs import found

NEW, DEFAULT = "aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"
SECONDARY = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
OPTIONS = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions"
ASSOCIATION = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
PASSED: tuple[Verdict, set[str]] = (Verdict.REACHABLE, set())
OTHER = {"domainNameServers": ["172.31.0.53"]}
SAME_OR_ANOTHER = ref("a VPC that is not known yet")


# What the graph holds all of ----------------------------------------------------------------------

HERE, ELSEWHERE = ((Unread("ec2:See", "AccessDenied", region=region),) for region in (REGION, "eu-west-1"))


@pytest.mark.parametrize(
    ("identity", "read", "unread", "covered"),
    [
        ("vpc-1", (OWNER, REGION, "vpc-1"), (), True),
        ("vpc-1", (OWNER, REGION, "vpc-1"), HERE, False),
        ("vpc-1", (OWNER, REGION, "vpc-1"), ELSEWHERE, True),
        ("vpc-1", (OWNER, REGION, "vpc-2"), (), False),
        ("vpc-1", (OWNER, "eu-west-1", "vpc-1"), (), False),
        ("vpc-1", ("444455556666", REGION, "vpc-1"), (), False),
        ("vpc-unseen", (OWNER, REGION, "vpc-unseen"), (), True),  # Read, and there is nothing in it.
        ("vpc-unseen", (OWNER, REGION, "vpc-1"), (), False),
    ],
)
def test_what_has_been_read_is_all_there_is(
    identity: str, read: tuple[str, str, str], unread: tuple[Unread, ...], covered: bool
) -> None:
    vpc = Resource("k", NEW, "vpc", id="vpc-1", region=REGION, account=OWNER, origin=Origin.ACCOUNT)
    graph = Graph([vpc], Coverage(frozenset({read}), unread))
    vpcs = Proof(graph).network.vpcs
    named = exactly(vpcs.read(vpc)) if identity == vpc.id else Ref((), identity, open=True)

    assert vpcs.covers(named, "ec2:See") is covered


# Addresses ----------------------------------------------------------------------------------------


def blocks(*found: str) -> Ranges:
    return union(map(addresses, found))


def test_the_addresses_of_a_vpc_are_those_of_all_its_blocks(two: Stack) -> None:
    def addresses_of_one() -> object:
        graph = two.graph()
        return addresses_of(exactly(Proof(graph).network.vpcs.read(found(graph, "one"))))

    assert addresses_of_one() == blocks("10.0.0.0/16")
    two.add(SECONDARY, "second", vpcId=ref("one"), cidrBlock="10.1.0.0/16")
    assert addresses_of_one() == blocks("10.0.0.0/16", "10.1.0.0/16")
    two["second"]["vpcId"] = either("one", "other")
    assert addresses_of_one() is UNKNOWN
    two["second"].update(vpcId=ref("other"))
    two["one"]["cidrBlock"] = UNKNOWN
    assert addresses_of_one() is UNKNOWN


def test_a_vpc_that_may_be_either_may_have_any_blocks(two: Stack) -> None:
    either_one = Ref(tuple(Proof(two.graph()).network.vpcs), UNKNOWN)

    possible = ("10.0.0.0/16", "198.18.0.0/16", UNKNOWN)
    assert blocks_of(either_one) == tuple(Block(cidr, certain=False) for cidr in possible)


# DNS ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "argument", "code"),
    [
        ("enableDnsSupport", "enable_dns_support", "VPC_DNS_SUPPORT_OFF"),
        ("enableDnsHostnames", "enable_dns_hostnames", "VPC_DNS_HOSTNAMES_OFF"),
    ],
)
def test_an_attribute_that_is_off_or_not_known_is_named(
    ses: Stack, attribute: str, argument: str, code: str
) -> None:
    remedy = f"set {argument}=True on the VPC"

    ses[VPC][attribute] = False
    off = f"{attribute} of VPC {VPC} is off, so private DNS of its endpoints does not work"
    assert (code, VPC, off, remedy) in said(ses)
    ses[VPC].pop(attribute)
    ses[VPC][attribute] = UNKNOWN
    open_ = f"it cannot be known whether {attribute} of VPC {VPC} is on"
    assert ("VPC_DNS_UNKNOWN", VPC, open_, remedy) in said(ses)


@pytest.mark.parametrize(
    ("type_", "origin", "support", "hostnames", "codes"),
    [
        (NEW, Origin.PROGRAM, None, None, {"VPC_DNS_HOSTNAMES_OFF"}),
        (DEFAULT, Origin.PROGRAM, None, None, set()),
        (NEW, Origin.ACCOUNT, None, None, {"VPC_DNS_UNKNOWN"}),
        (NEW, Origin.ACCOUNT, True, True, set()),
        (NEW, Origin.PROGRAM, False, True, {"VPC_DNS_SUPPORT_OFF"}),
        (NEW, Origin.PROGRAM, UNKNOWN, True, {"VPC_DNS_UNKNOWN"}),
        (NEW, Origin.PROGRAM, None, UNKNOWN, {"VPC_DNS_UNKNOWN"}),
        (DEFAULT, Origin.PROGRAM, None, False, {"VPC_DNS_HOSTNAMES_OFF"}),
    ],
)
def test_private_dns_needs_both_dns_attributes_of_the_vpc(
    type_: str, origin: Origin, support: Any, hostnames: Any, codes: set[str]
) -> None:
    properties = {"enableDnsSupport": support, "enableDnsHostnames": hostnames}
    vpc = Resource("vpc", type_, "vpc", properties, origin=origin)

    found = Proof(Graph([vpc])).network.vpcs.read(vpc).resolves_private_dns()
    assert {finding.code for finding in found.findings} == codes


@pytest.mark.parametrize(
    ("servers", "shown"),
    [
        (["AmazonProvidedDNS"], None),
        (["AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253", "172.31.0.2"], None),
        (["AmazonProvidedDNS", "10.0.0.9"], "AmazonProvidedDNS, 10.0.0.9"),
        (["AmazonProvidedDNS", UNKNOWN], "not known"),
    ],
)
def test_only_amazons_resolver_knows_private_names(ses: Stack, servers: Any, shown: str | None) -> None:
    ses.add(OPTIONS, "options", domainNameServers=servers)
    ses.add(ASSOCIATION, "link", vpcId=VPC, dhcpOptionsId=ref("options"))
    found = [(code, message) for code, _, message, _ in said(ses)]

    message = f"the DHCP options of VPC {VPC} name other resolvers ({shown}) than Amazon's"
    assert found == ([] if shown is None else [("VPC_OTHER_RESOLVER", message)])


@pytest.mark.parametrize("names", [("amazons", "others"), ("others", "amazons")])
def test_each_set_of_options_that_a_vpc_may_have_counts(ses: Stack, names: tuple[str, str]) -> None:
    servers = {"amazons": ["AmazonProvidedDNS"], "others": ["10.0.0.9"]}
    for name in names:
        ses.add(OPTIONS, name, domainNameServers=servers[name])
        ses.add(ASSOCIATION, f"link-{name}", vpcId=VPC, dhcpOptionsId=ref(name))

    assert judged(ses) == (Verdict.UNDETERMINED, {"VPC_OTHER_RESOLVER"})
    ses.remove("link-others")
    assert judged(ses) == PASSED


def uses_amazons_resolver(stack: Stack) -> bool:
    """Whether SES's name certainly leads to the endpoint, or may be resolved elsewhere."""
    found = judged(stack)
    assert found in (PASSED, (Verdict.UNDETERMINED, {"VPC_OTHER_RESOLVER"}))
    return found[0] is Verdict.REACHABLE


@pytest.mark.parametrize(
    ("options", "amazons"),
    [
        ({"domainNameServers": ["AmazonProvidedDNS"]}, True),
        ({"domainName": "example.com"}, True),
        (OTHER, False),
        ("default", True),
        ("dopt-amazon", True),
        ("dopt-other", False),
        ("dopt-that-was-not-read", False),
    ],
)
@pytest.mark.parametrize("vpc", [VPC, SAME_OR_ANOTHER], ids=["", "may be another's"])
def test_the_resolver_of_the_dhcp_options_that_a_vpc_is_given(
    ses: Stack, options: Any, amazons: bool, vpc: Any
) -> None:
    ses.hold(OPTIONS, "dopt-amazon", domainNameServers=["AmazonProvidedDNS"])
    ses.hold(OPTIONS, "dopt-other", **OTHER)
    if not isinstance(options, str):
        ses.add(OPTIONS, "options", **options)
        options = ref("options")
    ses.add(ASSOCIATION, "link", vpcId=vpc, dhcpOptionsId=options)

    assert uses_amazons_resolver(ses) is amazons


@pytest.mark.parametrize(
    ("held", "given_to", "amazons"),
    [
        ("default", None, True),
        ("dopt-other", None, False),
        ("dopt-other", VPC, True),
        ("dopt-other", SAME_OR_ANOTHER, False),
    ],
)
def test_associated_dhcp_options_replace_those_of_the_vpc(
    ses: Stack, held: str, given_to: Any, amazons: bool
) -> None:
    ses.hold(OPTIONS, "dopt-other", **OTHER)
    ses[VPC]["dhcpOptionsId"] = held
    if given_to is not None:
        ses.add(ASSOCIATION, "link", vpcId=given_to, dhcpOptionsId="default")

    assert uses_amazons_resolver(ses) is amazons


@pytest.mark.parametrize(
    ("type_", "origin", "held", "amazons"),
    [
        (NEW, Origin.PROGRAM, UNKNOWN, True),
        (NEW, Origin.PROGRAM, "dopt-1", True),
        (DEFAULT, Origin.PROGRAM, UNKNOWN, False),
        (DEFAULT, Origin.PROGRAM, "dopt-1", False),
        (NEW, Origin.ACCOUNT, "dopt-1", False),
        (NEW, Origin.ACCOUNT, None, True),
    ],
)
def test_a_new_vpc_has_amazons_resolver(type_: str, origin: Origin, held: Any, amazons: bool) -> None:
    vpc = Resource("vpc", type_, "vpc", {"dhcpOptionsId": held}, origin=origin)

    found = Proof(Graph([vpc])).network.vpcs.read(vpc).asks_amazons_resolver()
    assert {finding.code for finding in found.findings} == (set() if amazons else {"VPC_OTHER_RESOLVER"})


@pytest.mark.parametrize(
    ("block", "amazons"), [("172.31.0.0/16", True), ("172.31.0.9/16", True), (UNKNOWN, False)]
)
def test_amazons_resolver_is_at_the_vpcs_base_plus_two(block: Any, amazons: bool) -> None:
    properties = {"cidrBlock": block, "dhcpOptionsId": "dopt-1"}
    vpc = Resource("vpc", NEW, "vpc", properties, origin=Origin.ACCOUNT)
    options = Resource("options", OPTIONS, "options", {"domainNameServers": ["172.31.0.2"]}, id="dopt-1")

    found = Proof(Graph([vpc, options])).network.vpcs.read(vpc).asks_amazons_resolver()
    assert (not found.findings) is amazons
