"""What the provider says of resources that are there already: drift, imports, and a second creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from mailroute import wire
from mailroute.rehearsal.account import Account, AwsResource
from tests.provider.harness import Client, Made, RefusalError

VPC = "aws:ec2/vpc:Vpc"
TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
SERVICE = "aws:apprunner/service:Service"
ANYWHERE = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}


def read(client: Client, made: Made) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a refresh learns of a resource: its outputs and its inputs."""
    request = provider_pb2.ReadRequest(
        urn=made.urn, id=made.id, properties=wire.encode(made.outputs), inputs=wire.encode(made.inputs)
    )
    response = client.call("Read", request)
    return wire.decode(response.properties), wire.decode(response.inputs)


@pytest.fixture
def vpc(client: Client) -> Made:
    return client.create(VPC, "vpc", cidrBlock="10.0.0.0/16")


def test_a_refresh_learns_what_became_of_the_inputs(client: Client, account: Account, vpc: Made) -> None:
    group = client.create(GROUP, "shop", vpcId=vpc.id, egress=[ANYWHERE])
    assert read(client, group) == (group.outputs, group.inputs)
    found = account.find(GROUP, group.id)
    assert found is not None
    account.put(AwsResource(GROUP, group.id, {**found.outputs, "egress": []}))
    outputs, inputs = read(client, group)
    assert outputs["egress"] == []
    assert inputs == {**group.inputs, "egress": []}


def test_a_refresh_keeps_what_aws_added_out_of_the_inputs(client: Client) -> None:
    image = {
        "imageRepository": {"imageIdentifier": "public.ecr.aws/a/b", "imageRepositoryType": "ECR_PUBLIC"}
    }
    network = {"ingressConfiguration": {"isPubliclyAccessible": False}}
    service = client.create(
        SERVICE, "shop", serviceName="shop", sourceConfiguration=image, networkConfiguration=network
    )
    assert service.outputs["networkConfiguration"]["ipAddressType"] == "IPV4"
    assert read(client, service)[1] == service.inputs


def test_a_refresh_keeps_secrets_secret(client: Client) -> None:
    secret = client.create("aws:secretsmanager/secret:Secret", "secret", name="shop")
    version = client.create(
        "aws:secretsmanager/secretVersion:SecretVersion",
        "version",
        secretId=secret.id,
        secretString=wire.Secret("hunter2"),
    )
    assert read(client, version)[1]["secretString"] == wire.Secret("hunter2")


def test_an_import_calls_things_as_pulumi_aws_does(client: Client, vpc: Made) -> None:
    table = client.create(TABLE, "table", vpcId=vpc.id)
    subnet = client.create("aws:ec2/subnet:Subnet", "subnet", vpcId=vpc.id, cidrBlock="10.0.1.0/24")
    association = client.create(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "association",
        routeTableId=table.id,
        subnetId=subnet.id,
    )
    gateway = client.create("aws:ec2/internetGateway:InternetGateway", "gateway", vpcId=vpc.id)
    route = client.create(
        ROUTE, "out", routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", gatewayId=gateway.id
    )
    policy = client.create(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "use", role="app", policyArn="arn:aws:iam::aws:p"
    )
    for made, called in (
        (association, f"{subnet.id}/{table.id}"),
        (route, f"{table.id}_0.0.0.0/0"),
        (policy, "app/arn:aws:iam::aws:p"),
    ):
        identity, outputs, _ = client.read(made.urn.split("::")[2], called)
        assert (identity, outputs) == (made.id, made.outputs)


def test_what_a_program_leaves_to_aws_is_no_change(client: Client, vpc: Made) -> None:
    """Importing reads what AWS has chosen; a program that does not say it wants nothing else."""
    subnet = client.create(
        "aws:ec2/subnet:Subnet",
        "subnet",
        vpcId=vpc.id,
        cidrBlock="10.0.1.0/24",
        availabilityZone="us-east-1a",
        mapPublicIpOnLaunch=True,
    )
    assert (
        list(client.diff(subnet, vpcId=vpc.id, cidrBlock="10.0.1.0/24", mapPublicIpOnLaunch=True).diffs) == []
    )
    changed = client.diff(subnet, vpcId=vpc.id, cidrBlock="10.0.1.0/24", availabilityZone="us-east-1a")
    assert list(changed.diffs) == ["mapPublicIpOnLaunch"]  # false where it is not given


def test_an_import_that_is_as_declared_changes_nothing(client: Client, vpc: Made) -> None:
    imported = Made(vpc.urn, vpc.id, {"cidrBlock": "10.0.0.0/16"}, vpc.outputs)
    assert vpc.outputs["instanceTenancy"] == "default"
    assert list(client.diff(imported, cidrBlock="10.0.0.0/16", instanceTenancy="default").diffs) == []
    assert list(client.diff(imported, cidrBlock="10.0.0.0/16", instanceTenancy="dedicated").diffs) != []


@pytest.mark.parametrize(
    ("type_", "inputs", "code"),
    [
        (
            SERVICE,
            {
                "serviceName": "shop",
                "sourceConfiguration": {
                    "imageRepository": {
                        "imageIdentifier": "public.ecr.aws/a/b",
                        "imageRepositoryType": "ECR_PUBLIC",
                    }
                },
            },
            "Service with the provided name already exists",
        ),
        (
            "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
            {
                "configurationSetName": "mail",
                "eventDestinationName": "topic",
                "eventDestination": {"matchingEventTypes": ["BOUNCE"]},
            },
            "AlreadyExistsException",
        ),
    ],
)
def test_what_is_there_is_not_created_again(
    client: Client, type_: str, inputs: dict[str, Any], code: str
) -> None:
    client.create("aws:sesv2/configurationSet:ConfigurationSet", "mail", configurationSetName="mail")
    client.create(type_, "first", **inputs)
    with pytest.raises(RefusalError, match=code):
        client.create(type_, "second", **inputs)


def test_the_region_s_dhcp_options_do_not_depend_on_order(
    connect: Callable[[Account], Client], vpc: Made
) -> None:
    other = connect(Account.empty("us-east-1")).create(VPC, "other", cidrBlock="10.1.0.0/16")
    assert other.outputs["dhcpOptionsId"] == vpc.outputs["dhcpOptionsId"]
