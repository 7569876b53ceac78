"""What is there already is used as it is where the config says so, and else refused first."""

from __future__ import annotations

from typing import Any

import pytest

from mailroute.rehearsal.account import AwsResource
from mailroute.rehearsal.account.kinds import routing
from tests.components.deployment import SERVICE, Stack, Update
from tests.components.sending import cannot_send

VPC, ZONE = "vpc-0e9cd2c204069ca54", "Z0573219KQ7M4TXB1R8E"
TABLE, PUBLIC = "rtb-0b5e21f97c4d38a06", "subnet-0c31f6a7de52b8941"
GATEWAY, ADDRESS = "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"
ENDPOINT, GROUP = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/securityGroup:SecurityGroup"
IDENTITY, RECORD = "aws:sesv2/emailIdentity:EmailIdentity", "aws:route53/record:Record"
SET = "aws:sesv2/configurationSet:ConfigurationSet"
SMTP = "com.amazonaws.us-east-1.email-smtp"
PRIVATE = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]


def there(stack: Stack, *names: str, **endpoint: Any) -> None:
    """Somebody has made a NAT gateway with its route, an SMTP endpoint, or the domain's identity."""
    nat, address, group = "nat-0123456789abcdef0", "eipalloc-0123456789abcdef0", "sg-0123456789abcdef0"
    route = {"routeTableId": TABLE, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat}
    gateway = {"subnetId": PUBLIC, "allocationId": address, "connectivityType": "public"}
    interface = {
        "vpcId": VPC,
        "serviceName": SMTP,
        "vpcEndpointType": "Interface",
        "privateDnsEnabled": True,
        "subnetIds": PRIVATE,
        "securityGroupIds": [group],
        "dnsEntries": [
            {"dnsName": "vpce-0123.email-smtp.us-east-1.vpce.amazonaws.com", "hostedZoneId": "Z7"}
        ],
        "state": "available",
        **endpoint,
    }
    made = {
        "nat": [
            AwsResource(ADDRESS, address, {"domain": "vpc", "publicIp": "203.0.113.7"}),
            AwsResource(
                GATEWAY, nat, {**gateway, "vpcId": VPC, "publicIp": "203.0.113.7", "state": "available"}
            ),
            AwsResource(routing.ROUTE, f"r-{TABLE}", route),
        ],
        "endpoint": [
            AwsResource(GROUP, group, {"vpcId": VPC, "name": "smtp", "ingress": [], "egress": []}),
            AwsResource(ENDPOINT, "vpce-0123456789abcdef0", interface),
        ],
        "identity": [
            AwsResource(
                IDENTITY,
                "daadaar.com",
                {
                    "arn": "arn:aws:ses:us-east-1:123456789012:identity/daadaar.com",
                    "verifiedForSendingStatus": True,
                },
            )
        ],
    }
    for name in names:
        for resource in made[name]:
            stack.account.put(resource)
    stack.account.changed.clear()


def record(stack: Stack, name: str, type_: str, value: str) -> None:
    properties = {"zoneId": ZONE, "name": name, "type": type_, "ttl": 300, "records": [value]}
    stack.account.put(AwsResource(RECORD, f"{ZONE}_{name}_{type_}", properties))
    stack.account.changed.clear()


def made(update: Update) -> set[str]:
    return {write.type for write in update.writes}


@pytest.mark.parametrize(("route", "adopt"), [("nat", ["nat"]), ("ses", ["endpoint", "identity"])])
def test_what_is_there_is_used_and_not_changed(route: str, adopt: list[str]) -> None:
    stack = Stack.of("prod", route=route, adopt=adopt, domain="daadaar.com" if route == "ses" else "")
    there(stack, *adopt)
    before = stack.account.live()
    update = stack.up()
    assert update.error is None
    assert cannot_send(stack.account, stack.account.live()) == ""
    assert not made(update) & {GATEWAY, ADDRESS, routing.ROUTE, ENDPOINT, IDENTITY, RECORD}
    unchanged = {key for key in before if key[0] in (GATEWAY, ENDPOINT, IDENTITY, routing.TABLE)}
    assert all(stack.account.live()[key] == before[key] for key in unchanged)
    assert stack.up().writes == ()


@pytest.mark.parametrize(("route", "adopt"), [("nat", ["nat"]), ("ses", ["endpoint", "identity"])])
def test_a_second_stack_shares_path_and_domain(route: str, adopt: list[str]) -> None:
    first = Stack.of("prod", route=route, domain="daadaar.com")
    assert first.up().error is None
    for each in [*first.account.all()]:
        if each.get("tags"):
            tags = {**each.get("tags"), "pulumi:stack": "first"}
            first.account.put(AwsResource(each.type, each.id, {**each.outputs, "tags": tags}))
    first.account.changed.clear()
    domain = "daadaar.com" if route == "ses" else ""
    second = Stack(first.account, dict(first.config))
    before = first.account.live()
    created = second.up(serviceName="second", adopt=adopt, domain=domain)
    assert created.error is None
    after = first.account.live()
    assert {write.operation for write in created.writes} == {"create"}
    assert all(after[key] == each for key, each in before.items() if key[0] != GROUP)
    for name in ("daadaar-backend", "second"):
        others = [key for key in after if key[0] == SERVICE and after[key].get("serviceName") != name]
        alone = {key: each for key, each in after.items() if key not in others}
        assert cannot_send(first.account, alone) == ""
    assert second.up().writes == ()


def test_adopted_nat_gateways_export_their_addresses() -> None:
    stack = Stack.of("prod", route="nat", adopt=["nat"], domain="")
    there(stack, "nat")
    assert stack.up().error is None
    assert stack.outputs["natPublicIps"] == ["203.0.113.7"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"route": "nat"},
            "Route 53 has several public hosted zones called daadaar.com: give the zone id of the one in use",
        ),
        (
            {"route": "ses", "zoneId": ZONE},
            f"{VPC} has several endpoints for {SMTP}: delete those that have private DNS off",
        ),
    ],
)
def test_several_of_what_is_one_are_told(config: dict[str, Any], message: str) -> None:
    stack = Stack.of("prod", **config)
    there(stack, "endpoint")
    for type_, first in ((ENDPOINT, "vpce-0123456789abcdef0"), ("aws:route53/zone:Zone", ZONE)):
        found = stack.account.find(type_, first)
        assert found is not None
        twin = {
            **found.outputs,
            "id": f"{first[:-1]}1",
            "zoneId": f"{first[:-1]}1",
            "privateDnsEnabled": False,
        }
        stack.account.put(AwsResource(type_, f"{first[:-1]}1", twin))
    stack.account.changed.clear()
    refused = stack.up()
    assert (str(refused.error), refused.writes) == (message, ())


def test_switching_leaves_what_was_adopted() -> None:
    stack = Stack.of("prod", route="nat", adopt=["nat", "endpoint", "identity"])
    there(stack, "nat", "endpoint", "identity")
    for route in ("nat", "ses", "nat"):
        update = stack.up(route=route)
        assert update.error is None
        for _write, live in update.instants():
            assert cannot_send(stack.account, live) == "" or route == "nat"
    assert {GATEWAY, ENDPOINT, IDENTITY} <= {type_ for type_, _ in stack.account.live()}


@pytest.mark.parametrize(
    ("found", "changes", "message"),
    [
        (
            ["nat"],
            {"route": "nat"},
            f"config mailroute:privateSubnetIds is '{TABLE}': this route table sends 0.0.0.0/0 to "
            "nat-0123456789abcdef0 already, and holds one default route; adopt it by config "
            "mailroute:adopt: [nat], to send through it as it is",
        ),
        (
            ["endpoint"],
            {"route": "ses"},
            f"config mailroute:vpcId is '{VPC}': vpce-0123456789abcdef0 answers to SES's SMTP host there "
            "already, and this stack has not created it; adopt it by config mailroute:adopt: [endpoint], to "
            "use it as it is",
        ),
        (
            ["identity"],
            {"route": "ses"},
            "config mailroute:domain is 'daadaar.com': SES in us-east-1 has this identity already, and this "
            "stack has not created it; adopt it by config mailroute:adopt: [identity], to send by it as it "
            "is",
        ),
        (
            [],
            {"route": "nat", "adopt": ["nat"]},
            f"config mailroute:privateSubnetIds is '{TABLE}': its 0.0.0.0/0 leads to nothing, no NAT gateway "
            "to adopt; do not adopt it by config mailroute:adopt: [nat]",
        ),
        (
            [],
            {"route": "ses", "adopt": ["endpoint"]},
            f"config mailroute:vpcId is '{VPC}': it has no SMTP endpoint to adopt; do not adopt it by "
            "config mailroute:adopt: [endpoint]",
        ),
        (
            [],
            {"route": "ses", "adopt": ["identity"]},
            "config mailroute:domain is 'daadaar.com': SES in us-east-1 has no such identity to adopt; do "
            "not adopt it by config mailroute:adopt: [identity]",
        ),
        (
            [],
            {"adopt": ["vpc"]},
            "config mailroute:adopt[0] is 'vpc': it must be one of nat, endpoint, identity; use 'nat'",
        ),
    ],
)
def test_it_is_refused_before_anything_is_written(
    found: list[str], changes: dict[str, Any], message: str
) -> None:
    stack = Stack.of("prod", **changes)
    there(stack, *found)
    update = stack.up()
    assert (str(update.error), update.writes) == (message, ())


def test_mail_goes_through_a_configuration_set_that_is_there() -> None:
    stack = Stack.of("prod", route="ses", configurationSetName="shared")
    refused = stack.up()
    assert (str(refused.error), refused.writes) == (
        "config mailroute:configurationSetName is 'shared': SES in us-east-1 has no such configuration set; "
        "look at the name and the region",
        (),
    )
    shared = AwsResource(SET, "shared", {"configurationSetName": "shared"})
    stack.account.put(shared)
    stack.account.changed.clear()
    names: list[Any] = []
    for change in ({}, {"configurationSetName": "", "publishEvents": "true"}, {"publishEvents": "false"}):
        update = stack.up(**change)
        assert update.error is None
        for _write, live in update.instants():
            assert names == [] or cannot_send(stack.account, live) == ""
        [identity] = stack.account.of(IDENTITY)
        names.append(identity.get("configurationSetName"))
    assert names == ["shared", "mailroute-test-identity", None]
    assert stack.account.find(SET, "shared") is shared


def test_an_endpoint_without_private_dns_is_in_nobodys_way() -> None:
    stack = Stack.of("prod", route="ses")
    there(stack, "endpoint", privateDnsEnabled=False)
    assert stack.up().error is None
    refused = Stack.of("prod", route="ses", adopt=["endpoint"])
    there(refused, "endpoint", privateDnsEnabled=False)
    assert "vpce-0123456789abcdef0 has private DNS off" in str(refused.up().error)


@pytest.mark.parametrize(
    ("name", "type_", "value", "message"),
    [
        (
            "bounce.daadaar.com",
            "CNAME",
            "mail.example.com",
            "config mailroute:mailFromSubdomain is 'bounce': bounce.daadaar.com has a CNAME record already, "
            "and SES needs the name for itself; choose another label",
        ),
        (
            "_dmarc.daadaar.com",
            "TXT",
            "v=DMARC1; p=reject; pct=50",
            "config mailroute:dmarcPolicy is 'v=DMARC1; p=reject; pct=50': _dmarc.daadaar.com has this TXT "
            "record already; set it to 'unmanaged' to keep the record",
        ),
        (
            "_dmarc.daadaar.com",
            "TXT",
            "v=DMARC1; p=none",
            "config mailroute:dmarcPolicy is 'v=DMARC1; p=none': _dmarc.daadaar.com has this TXT record "
            "already; set it to 'unmanaged' to keep the record",
        ),
    ],
)
def test_a_record_in_the_way_is_refused_first(name: str, type_: str, value: str, message: str) -> None:
    stack = Stack.of("prod", route="ses")
    record(stack, name, type_, value)
    update = stack.up()
    assert (str(update.error), update.writes) == (message, ())
    assert stack.up(mailFromSubdomain="returns", dmarcPolicy="unmanaged").error is None


def test_the_stacks_own_records_are_in_nobodys_way() -> None:
    stack = Stack.of("prod", route="ses")
    for policy in ("none", "quarantine"):
        assert stack.up(dmarcPolicy=policy, dmarcReportsTo="dmarc@daadaar.com").error is None
    record(stack, "other.daadaar.com", "CNAME", "mail.example.com")
    assert "other.daadaar.com has a CNAME" in str(stack.up(mailFromSubdomain="other").error)


def test_a_vpc_is_found_by_its_tags() -> None:
    stack = Stack.of("prod", vpcId="", privateSubnetIds=[], vpcTags={"Name": "main"})
    stack.configure(privateSubnetTags={"tier": "private"})
    tag(stack, "aws:ec2/vpc:Vpc", VPC, Name="main")
    for subnet_id in PRIVATE:
        tag(stack, "aws:ec2/subnet:Subnet", subnet_id, tier="private")
    assert stack.up().error is None
    [endpoint] = stack.account.of(ENDPOINT)
    assert (endpoint.get("vpcId"), sorted(endpoint.get("subnetIds"))) == (VPC, sorted(PRIVATE))
    assert stack.up(vpcId=VPC, vpcTags={}, privateSubnetIds=PRIVATE, privateSubnetTags={}).writes == ()


def tag(stack: Stack, type_: str, identity: str, **tags: str) -> None:
    found = stack.account.find(type_, identity)
    assert found is not None
    stack.account.put(AwsResource(type_, identity, {**found.outputs, "tags": tags}))
    stack.account.changed.clear()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"vpcId": "", "vpcTags": {"Name": "other"}},
            "config mailroute:vpcTags is {'Name': 'other'}: 0 VPCs of us-east-1 have these tags; give tags "
            "that one VPC has, or its id",
        ),
        (
            {"privateSubnetIds": [], "privateSubnetTags": {"tier": "none"}},
            f"config mailroute:privateSubnetTags is {{'tier': 'none'}}: no subnet of {VPC} has these tags; "
            "give tags that its private subnets have, or their ids",
        ),
        (
            {"vpcTags": {"Name": "main"}},
            "config mailroute:vpcId or config mailroute:vpcTags is {'vpc_id': 'vpc-0e9cd2c204069ca54', "
            "'vpc_tags': {'Name': 'main'}}: just one of them must be given; give one of them",
        ),
        (
            {"vpcId": "", "vpcTags": {"Name": 1}},
            "config mailroute:vpcTags is {'Name': 1}: it must be an object of texts; give tags such as "
            "{'Name': 'main'}",
        ),
    ],
)
def test_tags_that_name_nothing_are_one_line(changes: dict[str, Any], message: str) -> None:
    stack = Stack.of("prod", **changes)
    update = stack.up()
    assert (str(update.error), update.writes) == (message, ())
