"""The provider's protocol: what a program's resources go through, in a preview and in an up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2

from mailroute import wire
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.account.kinds.identity import smtp_password
from mailroute.rehearsal.provider import ProviderServer, sdk
from mailroute.wire import Secret
from reachability.values import UNKNOWN
from tests.provider.harness import PROD, Client, RefusalError, bare, urn_of

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"


def test_the_opening_is_that_of_a_provider(client: Client) -> None:
    handshake = client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(configure_with_urn=True))
    assert handshake.accept_secrets
    assert handshake.accept_resources
    assert client.stub.Attach(plugin_pb2.PluginAttach(address="")) == Empty()
    assert client.stub.GetPluginInfo(Empty()).version == sdk.version()
    configured = client.stub.Configure(
        provider_pb2.ConfigureRequest(args=wire.encode({"region": "us-east-1"}))
    )
    assert configured.supportsPreview
    assert configured.acceptSecrets
    assert client.stub.Cancel(Empty()) == Empty()


def test_the_schema_has_the_types_and_functions_of_the_sdk(client: Client) -> None:
    schema = json.loads(client.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert (schema["name"], schema["version"]) == ("aws", sdk.version())
    subnet = schema["resources"][SUBNET]
    assert subnet["requiredInputs"] == ["vpcId"]
    assert subnet["inputProperties"]["mapPublicIpOnLaunch"] == {"type": "boolean"}
    assert subnet["properties"]["arn"] == {"type": "string"}
    assert "arn" not in subnet["inputProperties"]
    get_vpc = schema["functions"]["aws:ec2/getVpc:getVpc"]
    assert set(get_vpc["inputs"]["properties"]) >= {"id", "filters", "tags"}
    assert get_vpc["outputs"]["properties"]["cidrBlock"] == {"type": "string"}
    assert "region" in schema["provider"]["inputProperties"]


@pytest.mark.parametrize("method", ["Call", "Construct", "Parameterize", "GetMapping", "GetMappings"])
def test_what_is_not_there_is_refused_loudly(client: Client, method: str) -> None:
    request = getattr(provider_pb2, f"{method}Request")()
    with pytest.raises(grpc.RpcError) as raised:
        getattr(client.stub, method)(request)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "\n" not in raised.value.details()


def test_a_preview_knows_inputs_and_defaults_alone(client: Client) -> None:
    made = client.preview(VPC, "v", cidrBlock="10.0.0.0/16", tags={"Name": "v"})
    assert made.id == ""
    assert made.inputs == {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "v"}, "__defaults": []}
    assert made.outputs["cidrBlock"] == "10.0.0.0/16"
    assert made.outputs["enableDnsSupport"] is True
    assert made.outputs["enableDnsHostnames"] is False
    assert made.outputs["region"] == "us-east-1"
    assert made.outputs["tagsAll"] == {"Name": "v"}
    for name in ("arn", "defaultSecurityGroupId", "mainRouteTableId", "ownerId"):
        assert made.outputs[name] is UNKNOWN
    assert "id" not in made.outputs
    assert client.invoke("ec2/getVpcs")["ids"] == []


def test_unknown_inputs_stay_where_they_are(client: Client) -> None:
    made = client.preview(
        "aws:ec2/routeTable:RouteTable",
        "rt",
        vpcId=UNKNOWN,
        routes=[{"cidrBlock": "0.0.0.0/0", "natGatewayId": UNKNOWN}],
    )
    assert made.outputs["vpcId"] is UNKNOWN
    assert made.outputs["routes"] == [{"cidrBlock": "0.0.0.0/0", "natGatewayId": UNKNOWN}]


def test_what_aws_adds_inside_an_object_is_unknown_in_a_preview(client: Client) -> None:
    length = {"nextSigningKeyLength": "RSA_2048_BIT"}
    identity = "aws:sesv2/emailIdentity:EmailIdentity"
    planned = client.preview(identity, "i", emailIdentity="example.com", dkimSigningAttributes=length)
    assert planned.outputs["dkimSigningAttributes"]["tokens"] is UNKNOWN
    assert planned.outputs["dkimSigningAttributes"]["nextSigningKeyLength"] == "RSA_2048_BIT"
    made = client.create(identity, "i", emailIdentity="example.com", dkimSigningAttributes=length)
    assert len(set(made.outputs["dkimSigningAttributes"]["tokens"])) == 3


def test_creation_gives_ids_and_adds_to_the_account(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    assert vpc.id.startswith("vpc-0")
    assert len(vpc.id) == len("vpc-") + 17
    assert vpc.outputs["id"] == vpc.id
    assert vpc.outputs["arn"] == f"arn:aws:ec2:us-east-1:123456789012:vpc/{vpc.id}"
    assert UNKNOWN not in vpc.outputs.values()
    assert client.invoke("ec2/getVpc", id=vpc.id)["cidrBlock"] == "10.0.0.0/16"
    main = client.invoke("ec2/getRouteTable", vpcId=vpc.id)
    assert main["id"] == vpc.outputs["mainRouteTableId"]
    default = client.invoke("ec2/getSecurityGroup", vpcId=vpc.id, name="default")
    assert default["id"] == vpc.outputs["defaultSecurityGroupId"]


def test_every_run_gives_the_same_ids_and_a_replacement_another(connect: Callable[[Account], Client]) -> None:
    first, second = (connect(Account.empty("us-east-1")) for _ in range(2))
    one, other = (client.create(VPC, "v", cidrBlock="10.0.0.0/16") for client in (first, second))
    assert one.outputs == other.outputs
    assert first.create(VPC, "v", cidrBlock="10.1.0.0/16").id != one.id
    assert first.create(VPC, "w", cidrBlock="10.2.0.0/16").id != one.id


def test_names_are_made_and_kept(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    group = client.create(GROUP, "mail", vpcId=vpc.id, description="d")
    name = group.inputs["name"]
    assert name.startswith("mail-")
    assert group.inputs["__defaults"] == ["name"]
    again, _ = client.check(GROUP, "mail", {"vpcId": vpc.id}, {"name": "old-1234567", "__defaults": ["name"]})
    assert again["name"] == "old-1234567"
    own, _ = client.check(GROUP, "mail", {"vpcId": vpc.id, "name": "mine"})
    assert (own["name"], own["__defaults"]) == ("mine", [])
    prefixed, _ = client.check(GROUP, "mail", {"vpcId": vpc.id, "namePrefix": "p-"})
    assert "name" not in prefixed


def test_a_replacement_gets_a_name_of_its_own(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    old = client.create(GROUP, "mail", vpcId=vpc.id, description="d")
    new = client.create(GROUP, "mail", vpcId=vpc.id, description="other")
    assert new.outputs["name"] != old.outputs["name"]
    assert new.id != old.id
    client.delete(old)
    assert client.read(GROUP, new.id)[0] == new.id


def test_the_engine_may_propose_a_name_or_forbid_one(client: Client) -> None:
    options = provider_pb2.CheckRequest.AutonamingOptions
    urn = urn_of("aws:iam/user:User", "sender")

    def checked(autonaming: Any) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=urn, news=wire.encode({}), autonaming=autonaming)
        return wire.decode(client.stub.Check(request).inputs)

    proposed = options(proposed_name="sender-x", mode=options.PROPOSE)
    assert checked(proposed)["name"] == "sender-x"
    assert "name" not in checked(options(mode=options.DISABLE))


def test_default_tags_are_merged_under_the_resources_own(client: Client) -> None:
    client.configure(region="us-east-1", defaultTags='{"tags":{"team":"mail","env":"dev"}}')
    vpc = client.preview(VPC, "v", cidrBlock="10.0.0.0/16", tags={"team": "own", "Name": "v"})
    merged = {"team": "own", "env": "dev", "Name": "v"}
    assert vpc.inputs["tags"] == vpc.outputs["tagsAll"] == merged
    untagged, _ = client.check("aws:iam/accessKey:AccessKey", "k", {"user": "u"})
    assert "tags" not in untagged
    secret, _ = client.check(VPC, "v", {"tags": Secret({"a": "b"})})
    assert secret["tags"] == Secret({"team": "mail", "env": "dev", "a": "b"})
    unknown, _ = client.check(VPC, "v", {"tags": UNKNOWN})
    assert unknown["tags"] is UNKNOWN


@pytest.mark.parametrize("key", ["roleArn", "role_arn"])
def test_each_connection_has_a_config_of_its_own(connect: Callable[[Account], Client], key: str) -> None:
    account = bare(Account)
    here, there = connect(account), connect(account)
    here.configure(region="us-east-1")
    there.configure(region="eu-west-1", assumeRoles=f'[{{"{key}":"arn:aws:iam::210987654321:role/deploy"}}]')
    vpc = there.create(VPC, "v", cidrBlock="10.0.0.0/16")
    assert vpc.outputs["region"] == "eu-west-1"
    assert vpc.outputs["arn"].startswith("arn:aws:ec2:eu-west-1:210987654321:vpc/")
    assert here.invoke("index/getRegion")["region"] == "us-east-1"
    assert here.invoke("ec2/getVpcs")["ids"] == []
    assert there.invoke("ec2/getVpcs")["ids"] == [vpc.id]
    assert there.invoke("index/getCallerIdentity")["accountId"] == "210987654321"


def test_wrong_config_is_one_line(client: Client) -> None:
    request = provider_pb2.CheckRequest(news=wire.encode({"region": "mars"}))
    (failure,) = client.stub.CheckConfig(request).failures
    assert failure.reason == "aws:region: 'mars' is no AWS region: name one, such as us-east-1"
    with pytest.raises(RefusalError, match="aws:defaultTags: it is no JSON"):
        client.configure(region="us-east-1", defaultTags="{oops")
    for text in ('{"a": ' + "9" * 5_000 + "}", '{"tags":' * 900 + "1" + "}" * 900):
        with pytest.raises(RefusalError, match="aws:defaultTags: it is JSON"):
            client.configure(region="us-east-1", defaultTags=text)
    unknown = provider_pb2.CheckRequest(news=wire.encode({"region": UNKNOWN}))
    assert not client.stub.CheckConfig(unknown).failures


def test_a_provider_in_another_region_is_another_provider(client: Client) -> None:
    def diff(**news: str) -> Any:
        old = wire.encode({"region": "us-east-1", "version": "7.0.0"})
        return client.stub.DiffConfig(provider_pb2.DiffRequest(old_inputs=old, news=wire.encode(news)))

    assert diff(region="us-east-1", version="7.1.0").changes == provider_pb2.DiffResponse.DIFF_NONE
    assert list(diff(region="eu-west-1").replaces) == ["region"]


def test_secrets_come_back_as_secrets(client: Client) -> None:
    tags = {"plain": "x", "hidden": Secret("hunter2")}
    for make in (client.preview, client.create):
        vpc = make(VPC, "v", cidrBlock="10.0.0.0/16", tags=tags)
        assert vpc.outputs["tags"] == vpc.outputs["tagsAll"] == tags
        group = make(GROUP, "g", vpcId=vpc.id or UNKNOWN, name=Secret("a-name"), description="d")
        assert group.outputs["name"] == Secret("a-name")
    key = client.preview("aws:iam/accessKey:AccessKey", "k", user="u")
    assert key.outputs["sesSmtpPasswordV4"] == Secret(UNKNOWN)
    assert key.inputs["__defaults"] == ["status"]


def test_an_smtp_password_is_the_one_that_ses_expects(client: Client) -> None:
    assert smtp_password("some+secret+key", "eu-central-1") == "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"
    assert smtp_password("another+secret+key", "us-west-1") == "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"
    key = client.create("aws:iam/accessKey:AccessKey", "k", user="u")
    assert key.id.startswith("AKIA")
    assert len(key.id) == 20
    secret, password = key.outputs["secret"].value, key.outputs["sesSmtpPasswordV4"].value
    assert len(secret) == 40
    assert password == smtp_password(secret, "us-east-1")
    assert len(password) == 44


def test_types_of_which_nothing_is_known_get_plausible_outputs(client: Client) -> None:
    table = client.create(
        "aws:dynamodb/table:Table", "t", hashKey="id", attributes=[{"name": "id", "type": "S"}]
    )
    assert table.outputs["arn"].startswith("arn:aws:dynamodb:us-east-1:123456789012:table/")
    assert table.outputs["tagsAll"] == {}
    express = client.create(
        "aws:ecs/expressGatewayService:ExpressGatewayService",
        "e",
        executionRoleArn="arn:aws:iam::123456789012:role/a",
        infrastructureRoleArn="arn:aws:iam::123456789012:role/b",
        primaryContainer={"image": "i"},
    )
    assert "networkConfigurations" not in express.outputs
    cluster = client.create("aws:redshift/cluster:Cluster", "c", clusterIdentifier="c", nodeType="n")
    assert not {"vpcSecurityGroupIds", "dnsName", "availabilityZone"} & set(cluster.outputs)
    redis = client.create("aws:elasticache/replicationGroup:ReplicationGroup", "r", description="cache")
    assert isinstance(redis.outputs["primaryEndpointAddress"], str)


def test_what_runs_beside_a_service_has_the_names_of_aws(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    subnet = client.create(SUBNET, "s", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    function = client.create("aws:lambda/function:Function", "f", name="mailer", role="arn:aws:iam::1:role/r")
    assert function.outputs["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:mailer"
    task = {"family": "mailer", "containerDefinitions": "[]"}
    revisions = [client.create("aws:ecs/taskDefinition:TaskDefinition", name, **task).id for name in "ab"]
    assert [each.rpartition("/")[2] for each in revisions] == ["mailer:1", "mailer:2"]
    balancer = client.create(
        "aws:lb/loadBalancer:LoadBalancer", "lb", name="lb", internal=True, subnets=[subnet.id]
    )
    assert balancer.outputs["vpcId"] == vpc.id
    assert balancer.outputs["dnsName"].startswith("internal-lb-")
    database = client.create(
        "aws:rds/instance:Instance", "db", identifier="db", instanceClass="c", engine="postgres"
    )
    assert database.outputs["publiclyAccessible"] is False
    assert database.outputs["endpoint"] == f"{database.outputs['address']}:5432"
    assert database.outputs["masterUserSecrets"] == []
    managed = client.create(
        "aws:rds/instance:Instance", "m", instanceClass="c", engine="mysql", manageMasterUserPassword=True
    )
    (secret,) = managed.outputs["masterUserSecrets"]
    assert secret["secretArn"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-")
    peering = client.create(
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "p",
        vpcId=vpc.id,
        peerVpcId="vpc-0far",
        peerOwnerId="2",
    )
    assert peering.outputs["acceptStatus"] == "pending-acceptance"
    accepter = client.create(
        "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        "a",
        vpcPeeringConnectionId=peering.id,
        autoAccept=True,
    )
    assert (accepter.id, accepter.outputs["acceptStatus"]) == (peering.id, "active")
    client.create(
        "aws:ecs/taskDefinition:TaskDefinition",
        "mail",
        family="mail",
        containerDefinitions='[{"name": "a", "image": "nginx", "memory": 128}]',
    )
    tasks = client.create("aws:ecs/service:Service", "t", name="t", taskDefinition="mail:1")
    assert "launchType" not in tasks.outputs


def test_a_type_that_pulumi_aws_has_not_is_one_clear_line(client: Client) -> None:
    with pytest.raises(
        RefusalError, match=r"^unrecognized resource type aws:ec2/moon:Moon: pulumi-aws \S+ has none such$"
    ):
        client.check("aws:ec2/moon:Moon", "m", {})
    with pytest.raises(RefusalError, match="unrecognized resource type"):
        client.read("aws:ec2/moon:Moon", "m-1")


@pytest.mark.parametrize(
    ("type_", "inputs", "failure"),
    [
        (SUBNET, {"cidrBlock": "10.0.0.0/24"}, ("vpcId", "a value is required, none is given")),
        (VPC, {"cidrBlock": "10.0.0.0"}, ("cidrBlock", "'10.0.0.0' is not a valid IPv4 CIDR block")),
        (
            VPC,
            {"cidrBlock": "10.0.0.1/16"},
            ("cidrBlock", "'10.0.0.1/16' is not a valid IPv4 CIDR block; did you mean '10.0.0.0/16'?"),
        ),
        (
            "aws:apprunner/service:Service",
            {
                "serviceName": "mailer",
                "sourceConfiguration": {
                    "imageRepository": {"imageIdentifier": "i", "imageRepositoryType": "ECR_PUBLIC"}
                },
                "networkConfiguration": {"egressConfiguration": {"egressType": "PUBLIC"}},
            },
            (
                "networkConfiguration.egressConfiguration.egressType",
                "expected one of DEFAULT, VPC; got 'PUBLIC'",
            ),
        ),
        (
            "aws:apprunner/service:Service",
            {"serviceName": "mailer", "sourceConfiguration": {"autoDeploymentsEnabled": True}},
            ("sourceConfiguration", "exactly one of codeRepository, imageRepository must be set, not none"),
        ),
        (
            "aws:ec2/route:Route",
            {
                "routeTableId": "rtb-1",
                "destinationCidrBlock": "0.0.0.0/0",
                "gatewayId": "igw-1",
                "natGatewayId": "nat-1",
            },
            (
                "carrierGatewayId",
                "exactly one of carrierGatewayId, coreNetworkArn, egressOnlyGatewayId, gatewayId, "
                "localGatewayId, natGatewayId, networkInterfaceId, odbNetworkArn, transitGatewayId, "
                "vpcEndpointId, "
                "vpcPeeringConnectionId must be set, not gatewayId and natGatewayId",
            ),
        ),
        (
            GROUP,
            {"egress": [{"protocol": "tcp", "fromPort": 587, "toPort": 70000, "cidrBlocks": ["0.0.0.0/0"]}]},
            ("egress[0].toPort", "expected a port from 0 to 65535, or -1; got 70000"),
        ),
        (
            "aws:iam/userPolicy:UserPolicy",
            {"user": "u", "policy": "{oops"},
            (
                "policy",
                "contains no JSON: Expecting property name enclosed in double quotes at line 1, column 2",
            ),
        ),
        (
            "aws:route53/record:Record",
            {"zoneId": "Z1", "name": "a", "type": "CNAM", "ttl": 60, "records": ["b"]},
            (
                "type",
                "expected one of A, AAAA, CAA, CNAME, DS, HTTPS, MX, NAPTR, NS, PTR, SOA, SPF, SRV, SSHFP, "
                "SVCB, TLSA, TXT; got 'CNAM'",
            ),
        ),
        (
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0", "cidrIpv6": "::/0"},
            (
                "cidrIpv4",
                "exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId must be set, not "
                "cidrIpv4 and cidrIpv6",
            ),
        ),
        (
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            {
                "securityGroupId": "sg-1",
                "type": "egress",
                "protocol": "-1",
                "fromPort": 0,
                "toPort": 0,
                "cidrBlocks": ["0.0.0.0/0"],
                "sourceSecurityGroupId": UNKNOWN,
            },
            ("cidrBlocks", "conflicts with sourceSecurityGroupId"),
        ),
        (
            SUBNET,
            {"vpcId": "vpc-1", "availabilityZone": "us-east-1a", "availabilityZoneId": "use1-az1"},
            ("availabilityZone", "conflicts with availabilityZoneId"),
        ),
        (
            "aws:route53/record:Record",
            {"zoneId": "Z1", "name": "a", "type": "CNAME", "records": ["b"]},
            ("ttl", "a value is required beside records, none is given"),
        ),
        (
            "aws:route53/record:Record",
            {
                "zoneId": "Z1",
                "name": "a",
                "type": "A",
                "ttl": 60,
                "records": ["10.0.0.1"],
                "weightedRoutingPolicies": [{"weight": 1}],
            },
            ("setIdentifier", "a value is required beside weightedRoutingPolicies, none is given"),
        ),
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            {"vpcId": "vpc-1", "serviceName": "s", "vpcEndpointType": "interface"},
            (
                "vpcEndpointType",
                "expected one of Gateway, GatewayLoadBalancer, Interface, Resource, ServiceNetwork; "
                "got 'interface'",
            ),
        ),
    ],
)
def test_what_inputs_alone_show_fails_in_a_preview_too(
    client: Client, type_: str, inputs: dict[str, Any], failure: tuple[str, str]
) -> None:
    _, failures = client.check(type_, "r", inputs)
    assert failures == [failure]


def test_unknown_and_secret_inputs_are_not_judged(client: Client) -> None:
    for value in (UNKNOWN, Secret("wrong")):
        assert client.check(VPC, "v", {"cidrBlock": value})[1] == []
    route = {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"}
    unknown = {**route, "gatewayId": UNKNOWN, "natGatewayId": UNKNOWN}
    assert client.check("aws:ec2/route:Route", "r", unknown)[1] == []


def test_an_update_keeps_what_aws_computed(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16", tags={"Name": "v"})
    diff = client.diff(vpc, cidrBlock="10.0.0.0/16", enableDnsHostnames=True)
    assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert sorted(diff.diffs) == ["enableDnsHostnames", "tags"]
    assert list(diff.replaces) == []
    kinds = {name: provider_pb2.PropertyDiff.Kind.Name(each.kind) for name, each in diff.detailedDiff.items()}
    assert kinds == {"enableDnsHostnames": "ADD", "tags": "DELETE"}
    for preview in (True, False):
        changed = client.update(vpc, cidrBlock="10.0.0.0/16", enableDnsHostnames=True, preview=preview)
        assert changed.outputs["arn"] == vpc.outputs["arn"]
        assert changed.outputs["enableDnsHostnames"] is True
        assert "tags" not in changed.outputs
        assert changed.outputs["tagsAll"] == {}
    assert client.invoke("ec2/getVpc", id=vpc.id)["enableDnsHostnames"] is True


def test_no_change_is_no_difference(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    subnets = [
        client.create(SUBNET, f"s{number}", vpcId=vpc.id, cidrBlock=f"10.0.{number}.0/24")
        for number in range(2)
    ]
    ids = [subnet.id for subnet in subnets]
    connector = client.create(
        "aws:apprunner/vpcConnector:VpcConnector",
        "c",
        vpcConnectorName="conn",
        subnets=ids,
        securityGroups=[],
    )
    same = client.diff(connector, vpcConnectorName="conn", subnets=ids[::-1], securityGroups=[])
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    other = client.diff(connector, vpcConnectorName="conn", subnets=ids[:1], securityGroups=[])
    assert list(other.replaces) == ["subnets"]
    assert not other.deleteBeforeReplace


def test_an_unknown_value_is_a_change_and_may_replace(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    subnet = client.create(SUBNET, "s", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    diff = client.diff(subnet, vpcId=UNKNOWN, cidrBlock="10.0.0.0/24")
    assert list(diff.replaces) == ["vpcId"]
    assert provider_pb2.PropertyDiff.Kind.Name(diff.detailedDiff["vpcId"].kind) == "UPDATE_REPLACE"


def test_a_fixed_name_must_be_free_before_replacement(client: Client) -> None:
    role = client.create("aws:iam/role:Role", "r", name="fixed", assumeRolePolicy="{}")
    named = client.diff(role, name="fixed", assumeRolePolicy="{}", path="/other/")
    assert list(named.replaces) == ["path"]
    assert named.deleteBeforeReplace
    made = client.create("aws:iam/role:Role", "s", assumeRolePolicy="{}")
    assert not client.diff(made, assumeRolePolicy="{}", path="/other/").deleteBeforeReplace


def test_endpoints_follow_their_subnets_at_an_update(prod: Client) -> None:
    service = "com.amazonaws.us-east-1.email-smtp"
    vpc = "vpc-0e9cd2c204069ca54"
    common: dict[str, Any] = {"vpcId": vpc, "serviceName": service, "vpcEndpointType": "Interface"}
    first, second = "subnet-058489269eab00608", "subnet-0a836887b9508ed97"
    endpoint = prod.create("aws:ec2/vpcEndpoint:VpcEndpoint", "e", **common, subnetIds=[first])
    assert len(endpoint.outputs["networkInterfaceIds"]) == 1
    grown = prod.update(endpoint, **common, subnetIds=[first, second], privateDnsEnabled=True)
    assert set(endpoint.outputs["networkInterfaceIds"]) < set(grown.outputs["networkInterfaceIds"])
    names = [entry["dnsName"] for entry in grown.outputs["dnsEntries"]]
    assert names[-1] == "email-smtp.us-east-1.amazonaws.com"
    assert len(names) == 4


def test_what_is_deleted_is_gone_with_what_came_with_it(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    client.delete(vpc)
    assert client.invoke("ec2/getVpcs")["ids"] == []
    assert client.invoke("ec2/getRouteTables")["ids"] == []
    assert client.read(VPC, vpc.id, vpc.outputs)[0] == ""
    client.delete(vpc)


def test_what_is_in_use_cannot_be_deleted(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    subnet = client.create(SUBNET, "s", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    table = client.create("aws:ec2/routeTable:RouteTable", "t", vpcId=vpc.id)
    association = client.create(
        "aws:ec2/routeTableAssociation:RouteTableAssociation", "a", subnetId=subnet.id, routeTableId=table.id
    )
    for used, by in ((vpc, subnet), (table, association)):
        with pytest.raises(
            RefusalError, match=rf"^deleting EC2 .*DependencyViolation: {used.id} has .*{by.id}"
        ):
            client.delete(used)
    for each in (association, table, subnet, vpc):
        client.delete(each)
    assert client.invoke("ec2/getVpcs")["ids"] == []


def test_reading_finds_what_the_account_holds(prod: Client) -> None:
    identity, outputs, inputs = prod.read(VPC, "vpc-0e9cd2c204069ca54")
    assert identity == "vpc-0e9cd2c204069ca54"
    assert outputs["cidrBlock"] == "172.31.0.0/16"
    assert outputs["tagsAll"] == {"Name": "daadaar"}
    assert inputs == {"cidrBlock": "172.31.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "daadaar"}}
    assert prod.read(VPC, "vpc-0nowhere")[0] == ""


def test_reading_an_unknown_resource_believes_the_engine(client: Client) -> None:
    state = {"id": "vpc-0earlier", "cidrBlock": "10.9.0.0/16"}
    assert client.read(VPC, "vpc-0earlier", state)[:2] == ("vpc-0earlier", state)


def test_reading_what_files_do_not_show_takes_the_id_s_word(client: Client) -> None:
    identity, outputs, _ = client.read("aws:iam/role:Role", "deploy")
    assert (identity, outputs["name"]) == ("deploy", "deploy")
    assert outputs["arn"] == "arn:aws:iam::123456789012:role/deploy"
    identity, outputs, _ = client.read("aws:route53/zone:Zone", "Z0123456789ABCDEFGHIJ")
    assert outputs["zoneId"] == identity == "Z0123456789ABCDEFGHIJ"


def test_what_is_read_can_be_created_and_read_again(client: Client) -> None:
    vpc = client.create(VPC, "v", cidrBlock="10.0.0.0/16")
    identity, outputs, inputs = client.read(VPC, vpc.id)
    assert (identity, outputs) == (vpc.id, vpc.outputs)
    assert inputs == {"cidrBlock": "10.0.0.0/16"}


@pytest.fixture
def engine() -> Iterator[tuple[str, list[engine_pb2.LogRequest]]]:
    """An engine's log, and what it was told."""
    told: list[engine_pb2.LogRequest] = []

    class Engine(engine_pb2_grpc.EngineServicer):
        def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> Empty:
            del context
            told.append(request)
            return Empty()

    server = grpc.server(futures.ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", told
    server.stop(None).wait()


def test_a_service_that_is_there_is_taken_over_with_a_warning(
    prod: Client, engine: tuple[str, list[engine_pb2.LogRequest]]
) -> None:
    address, told = engine
    prod.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
    source = {
        "imageRepository": {"imageIdentifier": "public.ecr.aws/x/y:z", "imageRepositoryType": "ECR_PUBLIC"}
    }
    service = "aws:apprunner/service:Service"
    prod.preview(service, "s", serviceName="daadaar-backend", sourceConfiguration=source)
    made = prod.create(service, "s", serviceName="daadaar-backend", sourceConfiguration=source)
    arn = "arn:aws:apprunner:us-east-1:123456789012:service/daadaar-backend/0b296bcf4db24ce5a37e2c2cb202577e"
    assert made.id == made.outputs["arn"] == arn
    assert made.outputs["serviceUrl"] == "t5kmwqz8ra.us-east-1.awsapprunner.com"
    assert len(told) == 2
    for request in told:
        assert request.severity == engine_pb2.WARNING
        assert request.urn == made.urn
        assert f"pulumi import aws:apprunner/service:Service s {arn}" in request.message
    other = prod.create(service, "other", serviceName="another", sourceConfiguration=source)
    assert other.id != arn
    assert len(told) == 2


def test_a_server_serves_one_engine_after_the_other() -> None:
    with ProviderServer(Account.load(PROD)) as server:
        for name in ("first", "second"):
            client = Client(server.port)
            client.configure(region="us-east-1")
            client.create(VPC, name, cidrBlock="10.0.0.0/16")
            client.cancel()
            client.close()
        client = Client(server.port)
        assert len(client.invoke("ec2/getVpcs")["ids"]) == 3
        client.close()


def test_the_accounts_file_is_never_written(prod: Client) -> None:
    before = PROD.read_bytes()
    prod.create(VPC, "v", cidrBlock="10.0.0.0/16")
    assert PROD.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "taken"), [("true", True), ("False", False), ("1", True), ("0", False), (True, True)]
)
def test_a_truth_value_may_be_given_as_text(client: Client, given: object, taken: bool) -> None:
    inputs, failures = client.check(VPC, "v", {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": given})
    assert (inputs["enableDnsHostnames"], failures) == (taken, [])


def test_a_number_may_be_given_as_text(client: Client) -> None:
    inputs, failures = client.check("aws:lambda/function:Function", "f", {"role": "r", "memorySize": "512"})
    assert (inputs["memorySize"], failures) == (512, [])


@pytest.mark.parametrize(
    ("type_", "given", "taken"),
    [
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"egress": [{"protocol": "-1", "fromPort": "0", "toPort": "587", "self": "true"}]},
            {"egress": [{"protocol": "-1", "fromPort": 0, "toPort": 587, "self": True}]},
        ),
        (
            "aws:ec2/networkAcl:NetworkAcl",
            {"vpcId": "v", "ingress": [{"protocol": "6", "ruleNo": "100", "fromPort": 1, "toPort": "2"}]},
            {"vpcId": "v", "ingress": [{"protocol": "6", "ruleNo": 100, "fromPort": 1, "toPort": 2}]},
        ),
        (
            "aws:ec2/vpnConnection:VpnConnection",
            {"customerGatewayId": "1", "type": "2", "tunnel1Phase1DhGroupNumbers": ["14", 2]},
            {"customerGatewayId": "1", "type": "2", "tunnel1Phase1DhGroupNumbers": [14, 2]},
        ),
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"egress": Secret([{"protocol": "-1", "fromPort": Secret("0"), "toPort": UNKNOWN}])},
            {"egress": Secret([{"protocol": "-1", "fromPort": Secret(0), "toPort": UNKNOWN}])},
        ),
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"tags": {"fromPort": "587", "self": "true"}, "description": "587"},
            {"tags": {"fromPort": "587", "self": "true"}, "description": "587"},
        ),
        (
            "aws:lambda/function:Function",
            {"role": "r", "environment": {"variables": {"PORT": "587"}}, "ephemeralStorage": {"size": "512"}},
            {"role": "r", "environment": {"variables": {"PORT": "587"}}, "ephemeralStorage": {"size": 512}},
        ),
        (
            "aws:elasticbeanstalk/environment:Environment",
            {"application": "a", "settings": [{"namespace": "n", "name": "p", "value": "587"}]},
            {"application": "a", "settings": [{"namespace": "n", "name": "p", "value": "587"}]},
        ),
    ],
    ids=["groups", "ACLs", "numbers", "secrets", "texts", "functions", "settings"],
)
def test_texts_inside_are_read_by_their_types(
    client: Client, type_: str, given: dict[str, Any], taken: dict[str, Any]
) -> None:
    inputs, failures = client.check(type_, "x", given)
    assert ({name: inputs[name] for name in given}, failures) == (taken, [])


@pytest.mark.parametrize(
    ("type_", "name", "value", "reason"),
    [
        (VPC, "enableDnsHostnames", "yes", "true or false is required, 'yes' is given"),
        ("aws:lambda/function:Function", "memorySize", "much", "a number is required, 'much' is given"),
    ],
)
def test_a_text_of_another_type_is_refused(
    client: Client, type_: str, name: str, value: str, reason: str
) -> None:
    needed = {"cidrBlock": "10.0.0.0/16"} if type_ == VPC else {"role": "r"}
    _, failures = client.check(type_, "v", {**needed, name: value})
    assert failures == [(name, reason)]


def test_json_that_is_nested_too_deeply_is_a_failure(client: Client) -> None:
    deep = "[" + '{"a":' * 5000 + "1" + "}" * 5000 + "]"
    _, failures = client.check(
        "aws:ecs/taskDefinition:TaskDefinition", "t", {"family": "t", "containerDefinitions": deep}
    )
    assert failures == [("containerDefinitions", "contains JSON that is nested too deeply to be read")]
