"""What of a VPC decides whether the private DNS of its endpoints works."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged, said
from tests.reachability.stacks import VPC, Stack, ref

OPTIONS = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions"
ASSOCIATION = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
PASSED: tuple[Verdict, set[str]] = (Verdict.REACHABLE, set())


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


def test_a_vpc_with_the_default_options_asks_amazons_resolver(ses: Stack) -> None:
    ses[VPC]["dhcpOptionsId"] = "default"

    assert judged(ses) == PASSED
