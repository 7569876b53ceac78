"""Functions that read the account: answers, filters, and what they say where there is no answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from mailroute.rehearsal.account import Account
from mailroute.rehearsal.provider import sdk
from tests.provider.harness import PROD, Client, RefusalError

VPC: Final = "vpc-0e9cd2c204069ca54"
PRIVATE: Final = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
PUBLIC: Final = ["subnet-07be90d42f1a6c385", "subnet-0c31f6a7de52b8941"]
PRIVATE_TABLE: Final = "rtb-0b5e21f97c4d38a06"
PUBLIC_TABLE: Final = "rtb-06a9d3c08fb1e7524"
INTERNET: Final = "igw-04d7b8f12ce3a6905"


def where(**filters: Any) -> list[dict[str, Any]]:
    """The `filters` argument; `_` in names stands for `-`."""
    return [
        {"name": name.replace("_", "-"), "values": values if isinstance(values, list) else [values]}
        for name, values in filters.items()
    ]


@pytest.mark.parametrize(
    ("token", "arguments"),
    [
        ("ec2/getVpc", {"id": VPC}),
        ("ec2/getVpc", {"cidrBlock": "172.31.0.0/16", "state": "available"}),
        ("ec2/getVpc", {"tags": {"Name": "daadaar"}}),
        ("ec2/getSubnet", {"id": PRIVATE[0]}),
        (
            "ec2/getSubnet",
            {"vpcId": VPC, "availabilityZoneId": "use1-az4", "tags": {"Name": "daadaar-private-1a"}},
        ),
        ("ec2/getRouteTable", {"subnetId": PRIVATE[0]}),
        ("ec2/getSecurityGroup", {"name": "daadaar-connector", "vpcId": VPC}),
        ("ec2/getInternetGateway", {"internetGatewayId": INTERNET}),
        ("ec2/getVpcEndpointService", {"service": "email-smtp"}),
        ("ec2/getVpcDhcpOptions", {"dhcpOptionsId": "dopt-0a1c5e8f3b7d92046"}),
        ("route53/getZone", {"name": "daadaar.com"}),
        ("iam/getRole", {"name": "daadaar-backend-instance"}),
        ("secretsmanager/getSecret", {"name": "daadaar/smtp"}),
        ("ecr/getRepository", {"name": "daadaar-backend"}),
        ("index/getAvailabilityZone", {"name": "us-east-1b"}),
        ("index/getCallerIdentity", {}),
        ("index/getPartition", {}),
    ],
)
def test_an_answer_has_the_fields_of_the_sdks_class(
    prod: Client, token: str, arguments: dict[str, Any]
) -> None:
    answer = prod.invoke(token, **arguments)
    fields = sdk.function_results(f"aws:{token}:{token.rpartition('/')[2]}")
    assert fields is not None
    assert set(answer) <= set(fields)
    assert "id" not in fields or answer["id"]
    assert None not in answer.values()


def test_a_vpc(prod: Client) -> None:
    vpc = prod.invoke("ec2/getVpc", id=VPC)
    assert vpc["cidrBlock"] == "172.31.0.0/16"
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True
    assert vpc["mainRouteTableId"] == PUBLIC_TABLE
    assert [block["cidrBlock"] for block in vpc["cidrBlockAssociations"]] == ["172.31.0.0/16"]
    assert vpc["tags"] == {"Name": "daadaar"}
    assert prod.invoke("ec2/getVpcs")["ids"] == [VPC]
    assert prod.invoke("ec2/getVpcs", tags={"Name": "other"})["ids"] == []


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (where(vpc_id=VPC), sorted(PRIVATE + PUBLIC)),
        (where(vpc_id=["vpc-0none", VPC], availability_zone="us-east-1a"), [PRIVATE[0], PUBLIC[1]]),
        (where(map_public_ip_on_launch="true"), PUBLIC),
        (where(map_public_ip_on_launch="false"), PRIVATE),
        ([{"name": "tag:Name", "values": ["daadaar-private-*"]}], PRIVATE),
        ([{"name": "tag:Name", "values": ["daadaar-p?????-1a"]}], [PUBLIC[1]]),
        ([{"name": "tag:Name", "values": ["daadaar-private"]}], []),
        ([{"name": "tag-key", "values": ["Name"]}], sorted(PRIVATE + PUBLIC)),
        (where(cidr_block="172.31.96.0/20"), PRIVATE[:1]),
        (where(subnet_id=PRIVATE), PRIVATE),
    ],
)
def test_filters_are_those_of_aws(prod: Client, filters: list[dict[str, Any]], ids: list[str]) -> None:
    assert prod.invoke("ec2/getSubnets", filters=filters)["ids"] == ids


def test_what_finds_any_number_may_be_made_to_find_nothing(connect: Callable[[Account], Client]) -> None:
    account = Account.load(PROD)
    asked = {"filters": where(vpc_id=VPC)}
    client = connect(account)
    client.invoke("ec2/getVpc", id=VPC)
    assert client.invoke("ec2/getNatGateways", vpcId=VPC)["ids"] == []
    assert account.found_by == set()
    assert client.invoke("ec2/getSubnets", **asked)["ids"]
    assert account.found_by == {"aws:ec2/getSubnets:getSubnets"}
    account.empty_answers = frozenset({"aws:ec2/getSubnets:getSubnets"})
    answer = client.invoke("ec2/getSubnets", **asked)
    assert (answer["ids"], answer["filters"][0]["name"]) == ([], "vpc-id")
    assert client.invoke("ec2/getVpcs")["ids"]
    assert account.as_it_was().empty_answers == account.empty_answers


def test_a_filter_that_is_not_known_is_never_ignored(prod: Client) -> None:
    with pytest.raises(
        RefusalError, match=r"the filter 'outpost-arn' of EC2 Subnets is not simulated: use tag:KEY, "
    ):
        prod.invoke("ec2/getSubnets", filters=where(outpost_arn="x"))
    with pytest.raises(RefusalError, match=r"the filter 'nonsense' of zones is not simulated"):
        prod.invoke("index/getAvailabilityZones", filters=where(nonsense="x"))


def test_just_one_is_one(prod: Client) -> None:
    with pytest.raises(
        RefusalError, match=r"^multiple EC2 Subnets matched \(vpcId=vpc-0e9cd2c204069ca54\): subnet-.*more"
    ):
        prod.invoke("ec2/getSubnet", vpcId=VPC)
    with pytest.raises(
        RefusalError, match=r"^no matching EC2 Subnet found \(id=subnet-0none\): the account in us-east-1"
    ):
        prod.invoke("ec2/getSubnet", id="subnet-0none")
    with pytest.raises(RefusalError, match=r"^no matching EC2 Subnet found \(cidr-block=10\.0\.0\.0/24,x\)"):
        prod.invoke("ec2/getSubnet", filters=where(cidr_block=["10.0.0.0/24", "x"]))


def test_a_route_table_shows_local_inline_and_standalone_routes(prod: Client) -> None:
    private = prod.invoke("ec2/getRouteTable", subnetId=PRIVATE[0])
    assert private["routeTableId"] == private["id"] == PRIVATE_TABLE
    assert private["routes"] == [{"cidrBlock": "172.31.0.0/16", "gatewayId": "local"}]
    assert sorted(each["subnetId"] for each in private["associations"]) == PRIVATE
    public = prod.invoke("ec2/getRouteTable", vpcId=VPC, filters=where(**{"association.main": "true"}))
    assert public["routes"][1:] == [{"cidrBlock": "0.0.0.0/0", "gatewayId": INTERNET}]
    prod.create(
        "aws:ec2/route:Route",
        "default",
        routeTableId=PRIVATE_TABLE,
        destinationCidrBlock="0.0.0.0/0",
        gatewayId=INTERNET,
    )
    again = prod.invoke("ec2/getRouteTable", routeTableId=PRIVATE_TABLE)
    assert again["routes"][1:] == [{"cidrBlock": "0.0.0.0/0", "gatewayId": INTERNET}]
    through = prod.invoke("ec2/getRouteTables", filters=where(**{"route.gateway-id": INTERNET}))
    assert through["ids"] == sorted([PRIVATE_TABLE, PUBLIC_TABLE])


def test_route_tables_by_association(prod: Client) -> None:
    def tables(**filters: Any) -> list[str]:
        found: list[str] = prod.invoke("ec2/getRouteTables", vpcId=VPC, filters=where(**filters))["ids"]
        return found

    assert tables(**{"association.subnet-id": PRIVATE[1]}) == [PRIVATE_TABLE]
    assert tables(**{"association.main": "true"}) == [PUBLIC_TABLE]
    assert tables(**{"route.destination-cidr-block": "0.0.0.0/0"}) == [PUBLIC_TABLE]
    with pytest.raises(RefusalError, match="does not show vpc-0none: take it in with mailroute snapshot"):
        prod.invoke("ec2/getRouteTables", vpcId="vpc-0none")
    main = prod.create("aws:ec2/routeTable:RouteTable", "new", vpcId=VPC).id
    prod.create(
        "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "m", vpcId=VPC, routeTableId=main
    )
    assert tables(**{"association.main": "true"}) == [main]


def test_groups_gateways_acls_and_endpoints(prod: Client) -> None:
    assert prod.invoke("ec2/getSecurityGroup", vpcId=VPC, name="default")["id"] == "sg-0d92b7e145fa8c360"
    groups = prod.invoke("ec2/getSecurityGroups", filters=where(group_name=["daadaar-redis", "default"]))
    assert groups["ids"] == ["sg-0d92b7e145fa8c360", "sg-0f47a91c2bd6e8053"]
    assert groups["vpcIds"] == [VPC, VPC]
    attached = prod.invoke("ec2/getInternetGateway", filters=where(**{"attachment.vpc-id": VPC}))
    assert attached["internetGatewayId"] == INTERNET
    assert attached["attachments"] == [{"state": "available", "vpcId": VPC}]
    assert prod.invoke("ec2/getNetworkAcls", vpcId=VPC)["ids"] == ["acl-03f8c1a92e5d70b46"]
    assert prod.invoke("ec2/getNatGateways", vpcId=VPC)["ids"] == []
    with pytest.raises(RefusalError, match="no matching EC2 NAT Gateway found"):
        prod.invoke("ec2/getNatGateway", vpcId=VPC)
    with pytest.raises(RefusalError, match="no matching EC2 VPC Endpoint found"):
        prod.invoke("ec2/getVpcEndpoint", vpcId=VPC)


def test_what_this_rehearsal_creates_is_found(prod: Client) -> None:
    address = prod.create("aws:ec2/eip:Eip", "ip", domain="vpc")
    nat = prod.create("aws:ec2/natGateway:NatGateway", "nat", subnetId=PUBLIC[0], allocationId=address.id)
    found = prod.invoke("ec2/getNatGateway", vpcId=VPC, state="available")
    assert (found["id"], found["publicIp"]) == (nat.id, address.outputs["publicIp"])
    assert prod.invoke("ec2/getElasticIp", publicIp=address.outputs["publicIp"])["associationId"] == nat.id
    assert prod.invoke("ec2/getEips")["allocationIds"] == [address.id]
    endpoint = prod.create(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "e",
        vpcId=VPC,
        serviceName="com.amazonaws.us-east-1.email-smtp",
        vpcEndpointType="Interface",
        subnetIds=PRIVATE,
        privateDnsEnabled=True,
        tags={"team": "mail"},
    )
    shown = prod.invoke("ec2/getVpcEndpoint", vpcId=VPC, tags={"team": "mail"})
    assert shown["id"] == endpoint.id
    assert shown["privateDnsEnabled"] is True
    assert shown["dnsOptions"] == [{"dnsRecordIpType": "ipv4"}]


def test_a_route_by_its_destination(prod: Client) -> None:
    route = prod.invoke("ec2/getRoute", routeTableId=PUBLIC_TABLE, destinationCidrBlock="0.0.0.0/0")
    assert (route["destinationCidrBlock"], route["gatewayId"]) == ("0.0.0.0/0", INTERNET)
    with pytest.raises(
        RefusalError, match=rf"^0 EC2 Routes of {PRIVATE_TABLE} matched cidrBlock=0\.0\.0\.0/0, not one"
    ):
        prod.invoke("ec2/getRoute", routeTableId=PRIVATE_TABLE, destinationCidrBlock="0.0.0.0/0")


def test_a_prefix_list_that_the_account_shows(client: Client) -> None:
    made = client.create(
        "aws:ec2/managedPrefixList:ManagedPrefixList",
        "relays",
        name="relays",
        addressFamily="IPv4",
        maxEntries=5,
        entries=[{"cidr": "192.0.2.0/24"}],
    )
    by_name = client.invoke("ec2/getManagedPrefixList", name="relays")
    assert (by_name["id"], by_name["entries"]) == (made.id, [{"cidr": "192.0.2.0/24"}])
    assert client.invoke("ec2/getPrefixList", prefixListId=made.id)["cidrBlocks"] == ["192.0.2.0/24"]
    with pytest.raises(RefusalError, match="no prefix list by filters"):
        client.invoke("ec2/getManagedPrefixList", filters=where(prefix_list_name="relays"))


def test_zones_are_the_accounts_own(prod: Client) -> None:
    zones = prod.invoke("index/getAvailabilityZones", state="available")
    assert zones["names"][:2] == ["us-east-1a", "us-east-1b"]
    assert zones["zoneIds"][:2] == ["use1-az4", "use1-az6"]
    assert len(zones["names"]) == 6
    fewer = prod.invoke(
        "index/getAvailabilityZones", excludeZoneIds=["use1-az3"], excludeNames=["us-east-1a"]
    )
    assert fewer["names"] == ["us-east-1b", "us-east-1c", "us-east-1d", "us-east-1f"]
    standard = prod.invoke("index/getAvailabilityZones", filters=where(opt_in_status="opt-in-not-required"))
    assert standard["names"] == zones["names"]
    assert prod.invoke("index/getAvailabilityZones", filters=where(zone_type="local-zone"))["names"] == []
    assert prod.invoke("index/getAvailabilityZones", state="impaired")["names"] == []
    assert prod.invoke("index/getAvailabilityZones", region="eu-west-1")["zoneIds"][0] == "euw1-az1"
    one = prod.invoke("index/getAvailabilityZone", zoneId="use1-az6")
    assert (one["name"], one["nameSuffix"]) == ("us-east-1b", "b")
    with pytest.raises(RefusalError, match="0 availability zones of us-east-1 matched us-east-1z, not one"):
        prod.invoke("index/getAvailabilityZone", name="us-east-1z")


def test_caller_region_and_partition(prod: Client) -> None:
    assert prod.invoke("index/getCallerIdentity")["accountId"] == "123456789012"
    assert prod.invoke("index/getRegion")["region"] == "us-east-1"
    assert prod.invoke("index/getPartition")["partition"] == "aws"
    parts = prod.invoke("index/getArn", arn="arn:aws:iam::123456789012:role/a/b")
    assert (parts["service"], parts["account"], parts["resource"]) == ("iam", "123456789012", "role/a/b")
    with pytest.raises(RefusalError, match="'role/a' is no ARN"):
        prod.invoke("index/getArn", arn="role/a")
    prod.configure(region="us-east-1", defaultTags='{"tags":{"team":"mail"}}')
    assert prod.invoke("index/getDefaultTags")["tags"] == {"team": "mail"}


def test_which_zones_offer_a_service(prod: Client) -> None:
    smtp = prod.invoke("ec2/getVpcEndpointService", serviceName="com.amazonaws.us-east-1.email-smtp")
    assert smtp["availabilityZones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert smtp["privateDnsName"] == "email-smtp.us-east-1.amazonaws.com"
    assert smtp["serviceType"] == "Interface"
    assert (
        prod.invoke("ec2/getVpcEndpointService", service="s3", serviceType="Gateway")["serviceType"]
        == "Gateway"
    )
    with pytest.raises(
        RefusalError, match=r"no matching VPC Endpoint Service found for com\.amazonaws\.us-east-1\.moon"
    ):
        prod.invoke("ec2/getVpcEndpointService", service="moon")


def test_a_service_of_two_types_needs_one_named(client: Client) -> None:
    with pytest.raises(
        RefusalError, match=r"multiple VPC Endpoint Services .*give service_type, one of Interface, Gateway"
    ):
        client.invoke("ec2/getVpcEndpointService", service="s3")


def test_hosted_zones(prod: Client) -> None:
    zone = prod.invoke("route53/getZone", name="daadaar.com.")
    assert zone["zoneId"] == zone["id"] == "Z0573219KQ7M4TXB1R8E"
    assert zone["name"] == "daadaar.com"
    assert zone["privateZone"] is False
    assert prod.invoke("route53/getZone", zoneId=zone["id"])["name"] == "daadaar.com"
    with pytest.raises(RefusalError, match=r"no matching Route 53 Hosted Zone found for example\.com"):
        prod.invoke("route53/getZone", name="example.com")
    with pytest.raises(
        RefusalError, match=r"no matching Route 53 Hosted Zone found for daadaar\.com \(private\)"
    ):
        prod.invoke("route53/getZone", name="daadaar.com", privateZone=True)
    private = prod.create("aws:route53/zone:Zone", "p", name="daadaar.com", vpcs=[{"vpcId": VPC}])
    assert prod.invoke("route53/getZone", name="daadaar.com", vpcId=VPC)["id"] == private.id
    assert prod.invoke("route53/getZone", name="daadaar.com")["id"] == zone["id"]


def test_a_public_zone_that_an_account_by_vpc_does_not_show(client: Client) -> None:
    zone = client.invoke("route53/getZone", name="example.com")
    assert zone["zoneId"].startswith("Z")
    assert zone["nameServers"] == []
    assert client.invoke("route53/getZone", name="example.com.")["zoneId"] == zone["zoneId"]
    with pytest.raises(RefusalError, match=r"no matching Route 53 Hosted Zone .* example\.com \(private\)"):
        client.invoke("route53/getZone", name="example.com", privateZone=True)


def test_roles_secrets_and_repositories_that_are_there(prod: Client) -> None:
    role = prod.invoke("iam/getRole", name="daadaar-backend-instance")
    assert role["arn"] == "arn:aws:iam::123456789012:role/daadaar-backend-instance"
    assert "tasks.apprunner.amazonaws.com" in role["assumeRolePolicy"]
    secret = prod.invoke("secretsmanager/getSecret", name="daadaar/smtp")
    assert secret["arn"] == "arn:aws:secretsmanager:us-east-1:123456789012:secret:daadaar/smtp-Kq3vTz"
    assert prod.invoke("secretsmanager/getSecret", arn=secret["arn"])["name"] == "daadaar/smtp"
    repository = prod.invoke("ecr/getRepository", name="daadaar-backend")
    assert repository["repositoryUrl"] == "123456789012.dkr.ecr.us-east-1.amazonaws.com/daadaar-backend"


def test_what_an_account_file_leaves_out_gets_its_arn_alone(client: Client) -> None:
    role = client.invoke("iam/getRole", name="deploy")
    assert role["arn"] == "arn:aws:iam::123456789012:role/deploy"
    assert role["assumeRolePolicy"] == ""
    assert client.invoke("iam/getUser", userName="u")["arn"] == "arn:aws:iam::123456789012:user/u"
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert client.invoke("iam/getPolicy", arn=arn)["arn"] == arn
    secret = client.invoke("secretsmanager/getSecret", name="app/smtp")
    assert secret["arn"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/smtp-")
    assert client.invoke("kms/getAlias", name="alias/aws/ses")["targetKeyArn"].startswith(
        "arn:aws:kms:us-east-1:"
    )
    assert client.invoke("sns/getTopic", name="t")["arn"] == "arn:aws:sns:us-east-1:123456789012:t"
    assert client.invoke("sqs/getQueue", name="q")["url"].endswith("amazonaws.com/123456789012/q")
    assert client.invoke("s3/getBucket", bucket="b")["arn"] == "arn:aws:s3:::b"
    assert client.invoke("ec2/getAmi", owners=["amazon"], mostRecent=True)["id"].startswith("ami-0")
    group = client.invoke("cloudwatch/getLogGroup", name="/app")
    assert group["arn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/app"
    assert client.invoke("apprunner/getHostedZoneId")["id"] == "Z01915732ZBZKC8D32TPT"
    with pytest.raises(RefusalError, match="App Runner is not in ca-central-1"):
        client.invoke("apprunner/getHostedZoneId", region="ca-central-1")


@pytest.mark.parametrize(
    ("token", "arguments", "says"),
    [
        ("secretsmanager/getSecretVersion", {"secretId": "daadaar/smtp"}, "is in no account file"),
        ("ssm/getParameter", {"name": "/smtp/host"}, "ParameterNotFound"),
        ("sesv2/getEmailIdentity", {"emailIdentity": "daadaar.com"}, "(daadaar.com): couldn't find resource"),
        ("ec2/getInstance", {"instanceId": "i-1"}, "aws:ec2/getInstance:getInstance is not simulated"),
        ("ec2/getPrefixList", {"name": "relays"}, "no prefix list relays"),
        ("ec2/getRoute", {"routeTableId": "rtb-0none"}, "no matching EC2 Route Table found (rtb-0none)"),
        ("ec2transitgateway/getTransitGateway", {"id": "tgw-1"}, "is not simulated"),
        ("ec2/getMoon", {}, "unknown function aws:ec2/getMoon:getMoon"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_never_made_up(
    prod: Client, token: str, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(RefusalError) as raised:
        prod.invoke(token, **arguments)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_created_parameter_and_identity_are_found(client: Client) -> None:
    client.create("aws:ssm/parameter:Parameter", "p", name="/smtp/host", type="String", value="mail.example")
    assert client.invoke("ssm/getParameter", name="/smtp/host")["value"] == "mail.example"
    client.create("aws:sesv2/emailIdentity:EmailIdentity", "i", emailIdentity="example.com")
    assert client.invoke("sesv2/getEmailIdentity", emailIdentity="example.com")["identityType"] == "DOMAIN"


def test_a_policy_document_in_the_providers_spelling(client: Client) -> None:
    document = client.invoke(
        "iam/getPolicyDocument",
        statements=[
            {
                "sid": "Send",
                "actions": ["ses:SendRawEmail"],
                "resources": ["*"],
                "conditions": [
                    {"test": "StringLike", "variable": "ses:FromAddress", "values": ["*@daadaar.com"]},
                    {"test": "StringLike", "variable": "aws:username", "values": ["&{aws:username}", "b"]},
                ],
            },
            {
                "effect": "Deny",
                "notActions": ["ses:GetSendQuota", "ses:SendEmail"],
                "resources": ["arn:aws:ses:*:*:identity/*"],
                "principals": [
                    {"type": "AWS", "identifiers": ["arn:aws:iam::1:root"]},
                    {"type": "Service", "identifiers": ["a.amazonaws.com", "b.amazonaws.com"]},
                ],
            },
            {"actions": ["sts:AssumeRole"], "principals": [{"type": "*", "identifiers": ["*"]}]},
        ],
    )
    assert json.loads(document["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Send",
                "Effect": "Allow",
                "Action": "ses:SendRawEmail",
                "Resource": "*",
                "Condition": {
                    "StringLike": {
                        "ses:FromAddress": "*@daadaar.com",
                        "aws:username": ["${aws:username}", "b"],
                    }
                },
            },
            {
                "Effect": "Deny",
                "NotAction": ["ses:SendEmail", "ses:GetSendQuota"],
                "Resource": "arn:aws:ses:*:*:identity/*",
                "Principal": {
                    "AWS": "arn:aws:iam::1:root",
                    "Service": ["b.amazonaws.com", "a.amazonaws.com"],
                },
            },
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"},
        ],
    }
    assert document["json"].startswith('{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n')
    assert json.loads(document["minifiedJson"]) == json.loads(document["json"])
    assert " " not in document["minifiedJson"].replace("ses: ", "")


def test_policy_documents_are_merged(client: Client) -> None:
    def policy(*statements: dict[str, Any], **more: Any) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})

    base = policy({"Sid": "A", "Effect": "Allow", "Action": "a:1"}, Id="base")
    over = policy({"Sid": "B", "Effect": "Deny", "Action": "b:9"}, {"Effect": "Allow", "Action": "c:1"})
    merged = client.invoke(
        "iam/getPolicyDocument",
        sourcePolicyDocuments=[base],
        overridePolicyDocuments=[over],
        statements=[
            {"sid": "B", "actions": ["b:1"], "resources": ["*"]},
            {"sid": "A", "actions": ["a:2"], "resources": ["*"]},
        ],
    )
    document = json.loads(merged["json"])
    assert document["Id"] == "base"
    actions = [(statement.get("Sid"), statement["Action"]) for statement in document["Statement"]]
    assert actions == [("A", "a:2"), ("B", "b:9"), (None, "c:1")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"statements": [{"sid": "A", "actions": ["a:1"]}, {"sid": "A", "actions": ["a:2"]}]},
            r"duplicate Sid \(A\)",
        ),
        ({"sourcePolicyDocuments": ["{oops"]}, "a policy document to merge is no JSON"),
        ({"sourcePolicyDocuments": ['{"a": ' + "9" * 5_000 + "}"]}, "merge is JSON with a number"),
        ({"sourcePolicyDocuments": ['{"a":' * 900 + "1" + "}" * 900]}, "merge is JSON that is nested"),
        ({"overridePolicyDocuments": ["[]"]}, "is JSON that is no object"),
        (
            {"version": "2008-10-17", "statements": [{"actions": ["a:1"], "resources": ["&{aws:username}"]}]},
            "not supported in version 2008-10-17",
        ),
    ],
)
def test_a_policy_document_that_cannot_be(client: Client, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(RefusalError, match=says):
        client.invoke("iam/getPolicyDocument", **arguments)


def test_an_empty_policy_document(client: Client) -> None:
    assert json.loads(client.invoke("iam/getPolicyDocument")["json"]) == {"Version": "2012-10-17"}


def test_other_regions_hold_what_the_file_says_nothing_of(
    connect: Callable[[Account], Client], prod: Client
) -> None:
    prod.configure(region="eu-west-1")
    assert prod.invoke("ec2/getVpcs")["ids"] == []
    assert prod.invoke("ec2/getVpcs", region="us-east-1")["ids"] == [VPC]
