"""Centralised egress through a transit gateway: the way out and the way back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reachability import UNKNOWN, Egress, Graph, Origin, Resource, merge, parse, prove
from reachability.network import Network
from reachability.transit import TransitGateways

SPOKE, HUB = "vpc-spoke", "vpc-hub"
ALL = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]
OPEN_ACL = [{"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}]


def _resource(kind: str, identity: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "id": identity, "properties": properties}


def _vpc(identity: str, block: str) -> list[dict[str, Any]]:
    acl = f"acl-{identity}"
    return [
        _resource(
            "aws:ec2/vpc:Vpc",
            identity,
            cidrBlock=block,
            enableDnsSupport=True,
            enableDnsHostnames=True,
            mainRouteTableId=f"rtb-{identity}",
            defaultNetworkAclId=acl,
        ),
        _resource("aws:ec2/routeTable:RouteTable", f"rtb-{identity}", vpcId=identity, routes=[]),
        _resource("aws:ec2/networkAcl:NetworkAcl", acl, vpcId=identity, ingress=OPEN_ACL, egress=OPEN_ACL),
    ]


def _subnet(identity: str, vpc: str, block: str, routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    table = f"rtb-{identity}"
    associations = [{"subnetId": identity}]
    return [
        _resource(
            "aws:ec2/subnet:Subnet",
            identity,
            vpcId=vpc,
            cidrBlock=block,
            availabilityZone="us-east-1a",
        ),
        _resource(
            "aws:ec2/routeTable:RouteTable", table, vpcId=vpc, routes=routes, associations=associations
        ),
    ]


@pytest.fixture
def account() -> dict[str, Any]:
    """A service in a spoke VPC, a NAT gateway in a hub VPC, a transit gateway with one table between them."""
    tgw = "tgw-1"
    attachment = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
    to_tgw = {"cidrBlock": "0.0.0.0/0", "transitGatewayId": tgw}
    back = {"cidrBlock": "10.1.0.0/16", "transitGatewayId": tgw}
    service = {
        "serviceName": "api",
        "networkConfiguration": {"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": "arn:c"}},
        "sourceConfiguration": {
            "imageRepository": {
                "imageConfiguration": {
                    "runtimeEnvironmentVariables": {"SMTP_HOST": "relay.example.com", "SMTP_PORT": "587"}
                }
            }
        },
    }
    return {
        "version": 1,
        "accountId": "123456789012",
        "region": "us-east-1",
        "vpcs": [SPOKE, HUB],
        "resources": [
            *_vpc(SPOKE, "10.1.0.0/16"),
            *_vpc(HUB, "10.2.0.0/16"),
            *_subnet("subnet-app", SPOKE, "10.1.1.0/24", [to_tgw]),
            *_subnet("subnet-tgw", HUB, "10.2.1.0/24", [{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}]),
            *_subnet(
                "subnet-nat", HUB, "10.2.2.0/24", [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}, back]
            ),
            _resource("aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId=HUB),
            _resource(
                "aws:ec2/natGateway:NatGateway",
                "nat-1",
                subnetId="subnet-nat",
                connectivityType="public",
                allocationId="eipalloc-1",
            ),
            _resource("aws:ec2transitgateway/transitGateway:TransitGateway", tgw),
            _resource(
                attachment, "tgw-attach-spoke", transitGatewayId=tgw, vpcId=SPOKE, subnetIds=["subnet-app"]
            ),
            _resource(
                attachment, "tgw-attach-hub", transitGatewayId=tgw, vpcId=HUB, subnetIds=["subnet-tgw"]
            ),
            _resource(
                "aws:ec2transitgateway/route:Route",
                "tgw-route",
                destinationCidrBlock="0.0.0.0/0",
                transitGatewayAttachmentId="tgw-attach-hub",
                transitGatewayRouteTableId="tgw-rtb-default",
            ),
            _resource("aws:ec2/securityGroup:SecurityGroup", "sg-1", vpcId=SPOKE, ingress=[], egress=ALL),
            _resource(
                "aws:apprunner/vpcConnector:VpcConnector",
                "arn:c",
                subnets=["subnet-app"],
                securityGroups=["sg-1"],
            ),
            _resource("aws:apprunner/service:Service", "arn:s", **service),
        ],
    }


def _properties(account: dict[str, Any], identity: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        entry["properties"] for entry in account["resources"] if entry["id"] == identity
    )
    return found


def _verdict(account: dict[str, Any]) -> tuple[str, list[str]]:
    egress = _egress(account)
    return egress.verdict.value, [finding.code for finding in egress.outcome.findings]


def _egress(account: dict[str, Any]) -> Egress:
    gateway = _properties(account, "tgw-1")
    gateway.setdefault("associationDefaultRouteTableId", "tgw-rtb-default")
    evidence = parse(account)
    graph = merge([], evidence, project="p", stack="s")
    (egress,) = prove(graph, offer=evidence.offer, origin=Origin.ACCOUNT)
    return egress


def test_centralised_egress_is_followed_to_the_internet_and_back(account: dict[str, Any]) -> None:
    assert _verdict(account) == ("reachable", [])


def _no_route_in_gateway(account: dict[str, Any]) -> None:
    account["resources"] = [entry for entry in account["resources"] if entry["id"] != "tgw-route"]


def _blackhole_in_gateway(account: dict[str, Any]) -> None:
    route = _properties(account, "tgw-route")
    del route["transitGatewayAttachmentId"]
    route["blackhole"] = True


def _no_way_back(account: dict[str, Any]) -> None:
    _properties(account, "rtb-subnet-nat")["routes"].pop()


def _no_propagation(account: dict[str, Any]) -> None:
    _properties(account, "tgw-attach-spoke")["transitGatewayDefaultRouteTablePropagation"] = False


def _propagation_into_another_table(account: dict[str, Any]) -> None:
    _properties(account, "tgw-1")["propagationDefaultRouteTableId"] = "tgw-rtb-other"


def _attachment_in_other_zone(account: dict[str, Any]) -> None:
    account["resources"] += _subnet("subnet-b", SPOKE, "10.1.2.0/24", [])
    _properties(account, "subnet-b")["availabilityZone"] = "us-east-1b"
    _properties(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-b"]


def _hub_acl_denies(account: dict[str, Any]) -> None:
    _properties(account, f"acl-{HUB}")["ingress"] = [
        {
            "ruleNo": 100,
            "action": "allow",
            "protocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrBlock": "0.0.0.0/0",
        }
    ]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (_no_route_in_gateway, "NO_ROUTE_TO_DESTINATION"),
        (_blackhole_in_gateway, "NO_ROUTE_TO_DESTINATION"),
        (_no_way_back, "NO_ROUTE_TO_DESTINATION"),
        (_no_propagation, "NO_ROUTE_TO_DESTINATION"),
        (_propagation_into_another_table, "NO_ROUTE_TO_DESTINATION"),
        (_attachment_in_other_zone, "TGW_ROUTE_AZ_RESTRICTION"),
        (_hub_acl_denies, "SUBNET_ACL_RESTRICTION"),
    ],
)
def test_each_missing_piece_is_named(account: dict[str, Any], break_it: Any, code: str) -> None:
    broken = copy.deepcopy(account)
    break_it(broken)
    verdict, codes = _verdict(broken)
    assert verdict == "unreachable"
    assert code in codes


def test_a_vpc_that_is_perhaps_not_attached_leaves_it_open(account: dict[str, Any]) -> None:
    _properties(account, "tgw-attach-spoke")["vpcId"] = "vpc-unread"

    assert _verdict(account) == ("undetermined", ["BAD_STATE_ATTACHMENT"])


@pytest.mark.parametrize(("entries", "verdict"), [(OPEN_ACL, "reachable"), ([], "unreachable")])
def test_the_acl_of_the_attachments_own_subnet_counts(
    account: dict[str, Any], entries: list[dict[str, Any]], verdict: str
) -> None:
    account["resources"] += _subnet("subnet-attach", SPOKE, "10.1.9.0/28", [])
    own = {"ingress": entries, "egress": entries, "subnetIds": ["subnet-attach"]}
    account["resources"].append(_resource("aws:ec2/networkAcl:NetworkAcl", "acl-own", vpcId=SPOKE, **own))
    _properties(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-attach"]

    assert _verdict(account)[0] == verdict


@pytest.mark.parametrize("vpc", [SPOKE, HUB])
def test_either_vpc_may_enforce_encryption(account: dict[str, Any], vpc: str) -> None:
    control = "aws:ec2/vpcEncryptionControl:VpcEncryptionControl"
    account["resources"].append(_resource(control, "vpcec-1", vpcId=vpc, mode="enforce"))

    assert _verdict(account) == ("undetermined", ["VPC_ENCRYPTION_ENFORCED"])


def test_a_reply_into_a_blackhole_is_lost(account: dict[str, Any]) -> None:
    _properties(account, "rtb-subnet-nat")["routes"][-1]["state"] = "blackhole"

    assert _verdict(account)[0] == "unreachable"


def test_replies_need_their_route_where_nat_gateway_and_attachment_share_a_subnet(
    account: dict[str, Any],
) -> None:
    _properties(account, "tgw-attach-hub")["subnetIds"] = ["subnet-nat"]
    out, back = _properties(account, "rtb-subnet-nat")["routes"]
    _properties(account, "rtb-subnet-nat")["routes"] = [
        {"cidrBlock": "0.0.0.0/1", "natGatewayId": "nat-1"},
        out,
    ]

    assert _verdict(account)[0] == "unreachable"
    _properties(account, "rtb-subnet-nat")["routes"].append(back)
    assert "NO_ROUTE_TO_DESTINATION" not in _verdict(account)[1]


def test_packets_keep_to_their_zone(account: dict[str, Any]) -> None:
    """A subnet of the attachment in another zone, whose ACL lets nothing through, is not on the way."""
    closed = "acl-closed"
    for name, vpc, block in (("subnet-spoke-b", SPOKE, "10.1.9.0/24"), ("subnet-hub-b", HUB, "10.2.9.0/24")):
        account["resources"] += _subnet(name, vpc, block, [])
        _properties(account, name)["availabilityZone"] = "us-east-1b"
        acl = _resource(
            "aws:ec2/networkAcl:NetworkAcl", closed + name, vpcId=vpc, ingress=[], egress=[], subnetIds=[name]
        )
        account["resources"].append(acl)
    _properties(account, "tgw-attach-spoke")["subnetIds"].append("subnet-spoke-b")
    _properties(account, "tgw-attach-hub")["subnetIds"].append("subnet-hub-b")

    assert _verdict(account) == ("reachable", [])


def test_the_attachment_and_the_gateway_are_hops_of_the_account(account: dict[str, Any]) -> None:
    found = [
        (hop.kind, hop.as_json()["resource"], hop.fact, hop.origin)
        for hop in _egress(account).outcome.path
        if hop.kind.startswith("transit-gateway")
    ]

    leads = "the default route table of tgw-1 to tgw-attach-hub"
    assert found == [
        ("transit-gateway-attachment", "tgw-attach-spoke", "", Origin.ACCOUNT),
        ("transit-gateway", "tgw-1", leads, Origin.ACCOUNT),
    ]


@pytest.mark.parametrize(
    ("identity", "unknown", "code"),
    [
        ("tgw-route", "destinationCidrBlock", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-route", "transitGatewayAttachmentId", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-route", "transitGatewayRouteTableId", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-1", "defaultRouteTableAssociation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-1", "defaultRouteTablePropagation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-attach-spoke", "transitGatewayDefaultRouteTableAssociation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-attach-spoke", "transitGatewayDefaultRouteTablePropagation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-attach-spoke", "subnetIds", "TGW_ROUTE_AZ_RESTRICTION"),
    ],
)
def test_what_is_not_known_of_a_gateway_leaves_it_open(
    account: dict[str, Any], identity: str, unknown: str, code: str
) -> None:
    _properties(account, identity)[unknown] = UNKNOWN

    egress = _egress(account)

    assert egress.verdict.value == "undetermined"
    assert code in {finding.code for finding in egress.outcome.findings}
    assert all(finding.remedy for finding in egress.outcome.findings)


@pytest.mark.parametrize("missing", ["availabilityZone of the attachment", "availabilityZone of the client"])
def test_zones_that_are_not_known_leave_it_open(account: dict[str, Any], missing: str) -> None:
    account["resources"] += _subnet("subnet-b", SPOKE, "10.1.2.0/24", [])
    _properties(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-b"]
    _properties(account, "subnet-b")["availabilityZone"] = "us-east-1b"
    subnet = "subnet-b" if missing.endswith("attachment") else "subnet-app"
    del _properties(account, subnet)["availabilityZone"]

    assert _verdict(account) == ("undetermined", ["TGW_ROUTE_AZ_RESTRICTION"])


@pytest.mark.parametrize(
    ("mode", "verdict"), [("disable", "reachable"), (UNKNOWN, "undetermined"), ("enable", "undetermined")]
)
def test_in_appliance_mode_packets_may_leave_in_any_zone(
    account: dict[str, Any], mode: Any, verdict: str
) -> None:
    account["resources"] += _subnet("subnet-hub-b", HUB, "10.2.9.0/24", [])
    _properties(account, "subnet-hub-b")["availabilityZone"] = "us-east-1b"
    _properties(account, "tgw-attach-hub").update(
        subnetIds=["subnet-tgw", "subnet-hub-b"], applianceModeSupport=mode
    )

    assert _verdict(account)[0] == verdict


@pytest.fixture
def own_tables(account: dict[str, Any]) -> dict[str, Any]:
    """The same with a route table for each attachment; neither uses the gateway's default table."""
    gateway = {"defaultRouteTableAssociation": "disable", "defaultRouteTablePropagation": "disable"}
    _properties(account, "tgw-1").update(gateway)
    for table, attachment, learns in (("out", "spoke", "hub"), ("in", "hub", "spoke")):
        ids = {"transitGatewayRouteTableId": f"tgw-rtb-{table}"}
        account["resources"] += [
            _resource(
                "aws:ec2transitgateway/routeTable:RouteTable", f"tgw-rtb-{table}", transitGatewayId="tgw-1"
            ),
            _resource(
                "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",
                f"association-{table}",
                transitGatewayAttachmentId=f"tgw-attach-{attachment}",
                **ids,
            ),
            _resource(
                "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",
                f"propagation-{table}",
                transitGatewayAttachmentId=f"tgw-attach-{learns}",
                **ids,
            ),
        ]
    _properties(account, "tgw-route")["transitGatewayRouteTableId"] = "tgw-rtb-out"
    return account


def test_tables_of_their_own_are_followed(own_tables: dict[str, Any]) -> None:
    assert _verdict(own_tables) == ("reachable", [])


@pytest.mark.parametrize(
    ("identity", "prop", "value", "verdict"),
    [
        ("propagation-in", "transitGatewayRouteTableId", "tgw-rtb-out", "unreachable"),
        ("propagation-in", "transitGatewayRouteTableId", UNKNOWN, "undetermined"),
        ("propagation-in", "transitGatewayAttachmentId", "tgw-attach-hub", "unreachable"),
        ("propagation-in", "transitGatewayAttachmentId", UNKNOWN, "undetermined"),
        ("association-out", "transitGatewayRouteTableId", "tgw-rtb-in", "unreachable"),
        ("association-out", "transitGatewayRouteTableId", UNKNOWN, "undetermined"),
        ("association-out", "transitGatewayAttachmentId", UNKNOWN, "undetermined"),
        ("tgw-route", "transitGatewayRouteTableId", "tgw-rtb-in", "unreachable"),
    ],
)
def test_a_link_to_another_table_leads_elsewhere(
    own_tables: dict[str, Any], identity: str, prop: str, value: Any, verdict: str
) -> None:
    _properties(own_tables, identity)[prop] = value

    assert _verdict(own_tables)[0] == verdict


def test_a_route_in_the_default_table_for_propagations_alone_is_not_used(account: dict[str, Any]) -> None:
    _properties(account, "tgw-1")["propagationDefaultRouteTableId"] = "tgw-rtb-other"
    _properties(account, "tgw-route")["transitGatewayRouteTableId"] = "tgw-rtb-other"

    assert _verdict(account) == ("unreachable", ["NO_ROUTE_TO_DESTINATION"])


@pytest.mark.parametrize(
    ("block", "verdict"),
    [
        ("10.1.0.0/16", "unreachable"),
        ("10.1.1.0/24", "unreachable"),
        ("10.1.0.0/15", "reachable"),
        ("10.0.0.0/8", "reachable"),
        ("10.1.9.0/24", "reachable"),
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_a_static_route_that_is_as_long_comes_before_what_is_propagated(
    account: dict[str, Any], first: bool, block: str, verdict: str
) -> None:
    blackhole = _resource(
        "aws:ec2transitgateway/route:Route",
        "tgw-blackhole",
        destinationCidrBlock=block,
        blackhole=True,
        transitGatewayRouteTableId="tgw-rtb-default",
    )
    account["resources"].insert(0 if first else len(account["resources"]), blackhole)

    assert _verdict(account)[0] == verdict


def test_each_block_of_a_vpc_is_propagated_by_itself(account: dict[str, Any]) -> None:
    _properties(account, SPOKE)["cidrBlock"] = "10.1.0.0/17"
    account["resources"] += [
        _resource(
            "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
            "vpc-cidr-assoc-1",
            vpcId=SPOKE,
            cidrBlock="10.1.128.0/17",
        ),
        _resource(
            "aws:ec2transitgateway/route:Route",
            "tgw-blackhole",
            destinationCidrBlock="10.1.0.0/16",
            blackhole=True,
            transitGatewayRouteTableId="tgw-rtb-default",
        ),
    ]

    assert _verdict(account) == ("reachable", [])


@pytest.mark.parametrize("value", ["disable", "enable"])
@pytest.mark.parametrize("what", ["Association", "Propagation"])
def test_a_gateway_without_default_tables_needs_links(account: dict[str, Any], what: str, value: str) -> None:
    _properties(account, "tgw-1")[f"defaultRouteTable{what}"] = value

    assert (_verdict(account)[0] == "reachable") is (value == "enable")


def test_an_attachment_of_a_vpc_whose_blocks_are_not_known_may_take_private_addresses(
    account: dict[str, Any],
) -> None:
    account["resources"].insert(
        0,
        _resource(
            "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
            "tgw-attach-other",
            transitGatewayId="tgw-1",
            vpcId="vpc-unread",
            subnetIds=["subnet-unread"],
        ),
    )

    assert _verdict(account)[0] == "undetermined"


@pytest.mark.parametrize(
    "unknown",
    [
        {"destinationCidrBlock": UNKNOWN, "transitGatewayRouteTableId": "tgw-rtb-default"},
        {"destinationCidrBlock": "10.0.0.0/8", "transitGatewayRouteTableId": UNKNOWN},
    ],
    ids=["where to", "of which table"],
)
def test_one_more_route_that_is_not_known_may_take_the_packets(
    account: dict[str, Any], unknown: dict[str, Any]
) -> None:
    route = _resource("aws:ec2transitgateway/route:Route", "tgw-unknown", blackhole=True, **unknown)
    account["resources"].append(route)

    assert _verdict(account)[0] == "undetermined"


def test_an_attachment_that_propagates_nothing_takes_nothing(account: dict[str, Any]) -> None:
    account["resources"].insert(
        0,
        _resource(
            "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
            "tgw-attach-silent",
            transitGatewayId="tgw-1",
            vpcId="vpc-silent",
            subnetIds=["subnet-silent"],
            transitGatewayDefaultRouteTablePropagation=False,
        ),
    )

    assert _verdict(account) == ("reachable", [])


@pytest.mark.parametrize(
    ("drops", "static", "block", "verdict"),
    [
        (False, False, "0.0.0.0/1", "reachable"),
        (True, False, "0.0.0.0/1", "unreachable"),
        (True, True, "0.0.0.0/1", "unreachable"),
        (True, True, "0.0.0.0/0", "reachable"),
        (True, True, UNKNOWN, "undetermined"),
    ],
)
def test_a_reference_to_a_prefix_list_is_a_route_for_each_of_its_entries(
    account: dict[str, Any], drops: bool, static: bool, block: Any, verdict: str
) -> None:
    entries = [{"cidr": block}, *([{"cidr": "128.0.0.0/1"}] if block == "0.0.0.0/1" else [])]
    target = {"blackhole": True} if drops else {"transitGatewayAttachmentId": "tgw-attach-hub"}
    reference = _resource(
        "aws:ec2transitgateway/prefixListReference:PrefixListReference",
        "tgw-list",
        prefixListId="pl-1",
        transitGatewayRouteTableId="tgw-rtb-default",
        **target,
    )
    kept = [entry for entry in account["resources"] if static or entry["id"] != "tgw-route"]
    listed = _resource("aws:ec2/managedPrefixList:ManagedPrefixList", "pl-1", entries=entries)
    account["resources"] = [reference, listed, *kept]

    assert _verdict(account)[0] == verdict


@pytest.mark.parametrize("what", ["Association", "Propagation"])
def test_another_default_table_leaves_open_which_attachments_came_before_it(
    account: dict[str, Any], what: str
) -> None:
    kind = f"DefaultRouteTable{what}"
    token = f"aws:ec2transitgateway/{kind[0].lower()}{kind[1:]}:{kind}"
    account["resources"].append(
        _resource(token, "moved", transitGatewayId="tgw-1", transitGatewayRouteTableId="tgw-rtb-new")
    )

    assert _verdict(account)[0] == "undetermined"


@pytest.mark.parametrize(
    ("owner", "accepted", "automatic", "open_"),
    [
        ("1", False, None, False),
        ("2", False, None, True),
        ("2", False, "disable", True),
        ("2", False, "enable", False),
        ("2", True, None, False),
    ],
)
def test_the_attachment_of_another_account_waits_to_be_accepted(
    owner: str, accepted: bool, automatic: str | None, open_: bool
) -> None:
    automatically = {} if automatic is None else {"autoAcceptSharedAttachments": automatic}
    kinds = "aws:ec2transitgateway/{}:{}".format
    gateway = Resource(
        "tgw", kinds("transitGateway", "TransitGateway"), "tgw", automatically, "tgw-1", account="1"
    )
    attachment = Resource(
        "own", kinds("vpcAttachment", "VpcAttachment"), "own", {}, "attach-1", account=owner
    )
    accepter = Resource(
        "accepter",
        kinds("vpcAttachmentAccepter", "VpcAttachmentAccepter"),
        "accepter",
        {"transitGatewayAttachmentId": "attach-1" if accepted else "attach-2"},
    )
    transit = TransitGateways(Network(Graph([gateway, attachment, accepter])))

    codes = [finding.code for finding in transit.is_accepted(gateway, attachment).findings]
    assert codes == (["BAD_STATE_ATTACHMENT"] if open_ else [])
