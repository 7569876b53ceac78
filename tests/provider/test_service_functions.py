"""Functions about certificates, images, clusters, and what AWS publishes; documents given as objects."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from mailroute.rehearsal.provider import sdk
from mailroute.wire import Secret
from reachability.values import UNKNOWN
from tests.provider.harness import Client, RefusalError

AMI = r"ami-0[0-9a-f]{16}"
ECS_AMI = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"
REGISTRY = r"123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
ROLE = "aws:iam/role:Role"
TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "x"}}]}


@pytest.mark.parametrize(
    ("token", "arguments", "forms"),
    [
        (
            "acm/getCertificate",
            {"domain": "shop.example"},
            {"arn": r"arn:aws:acm:us-east-1:123456789012:certificate/[0-9a-f]{32}", "status": "ISSUED"},
        ),
        (
            "ecr/getAuthorizationToken",
            {},
            {"userName": "AWS", "proxyEndpoint": rf"https://{REGISTRY}"},
        ),
        (
            "ecr/getImage",
            {"repositoryName": "app", "imageTag": "v1"},
            {"imageDigest": r"sha256:[0-9a-f]{64}", "imageUri": rf"{REGISTRY}/app@sha256:[0-9a-f]{{64}}"},
        ),
        (
            "ecs/getCluster",
            {"clusterName": "c"},
            {"arn": r"arn:aws:ecs:us-east-1:123456789012:cluster/c", "clusterName": "c", "status": "ACTIVE"},
        ),
        (
            "ecs/getTaskDefinition",
            {"taskDefinition": "web:3"},
            {"arn": r"arn:aws:ecs:us-east-1:123456789012:task-definition/web:3", "family": "web"},
        ),
        ("elb/getServiceAccount", {}, {"arn": r"arn:aws:iam::127311923021:root"}),
        ("elb/getServiceAccount", {"region": "eu-west-1"}, {"id": "156460612806"}),
        ("ssm/getParameter", {"name": f"{ECS_AMI}/image_id"}, {"value": AMI, "insecureValue": AMI}),
        ("ssm/getParameter", {"name": "/aws/service/ami-amazon-linux-latest/x"}, {"value": AMI}),
        ("ec2/getManagedPrefixList", {"name": "com.amazonaws.us-east-1.s3"}, {"id": r"pl-0[0-9a-f]{16}"}),
        ("ec2/getPrefixList", {"name": "com.amazonaws.us-east-1.s3"}, {"id": r"pl-0[0-9a-f]{16}"}),
    ],
)
def test_what_a_service_tells(
    client: Client, token: str, arguments: dict[str, Any], forms: dict[str, str]
) -> None:
    answer = client.invoke(token, **arguments)
    fields = sdk.function_results(f"aws:{token}:{token.rpartition('/')[2]}") or {}
    assert set(answer) <= set(fields)
    for name, form in forms.items():
        assert re.fullmatch(form, answer[name]), (name, answer[name])
    assert client.invoke(token, **arguments) == answer


def test_the_metadata_of_an_image_names_that_image(client: Client) -> None:
    whole = json.loads(client.invoke("ssm/getParameter", name=ECS_AMI)["value"])
    assert whole["image_id"] == client.invoke("ssm/getParameter", name=f"{ECS_AMI}/image_id")["value"]
    with pytest.raises(RefusalError, match="ParameterNotFound"):
        client.invoke("ssm/getParameter", name="/aws/service/global-infrastructure/regions")


def test_a_login_is_a_secret(client: Client) -> None:
    login = client.invoke("ecr/getAuthorizationToken", registryId="210987654321")
    token, password = login["authorizationToken"], login["password"]
    assert isinstance(token, Secret)
    assert isinstance(password, Secret)
    assert base64.b64decode(token.value).decode() == f"AWS:{password.value}"
    assert login["proxyEndpoint"].startswith("https://210987654321.dkr.")


@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        ({}, r".{32}"),
        ({"passwordLength": 20, "excludePunctuation": True}, r"[A-Za-z0-9]{20}"),
        (
            {"excludeLowercase": True, "excludeUppercase": True, "excludePunctuation": True},
            r"[0-9]{32}",
        ),
        (
            {"passwordLength": 64, "excludePunctuation": True, "excludeCharacters": "abcABC012"},
            r"[^abcABC012]{64}",
        ),
    ],
)
def test_a_random_password_is_a_secret(client: Client, arguments: dict[str, Any], form: str) -> None:
    secret = client.invoke("secretsmanager/getRandomPassword", **arguments)["randomPassword"]
    assert isinstance(secret, Secret)
    assert re.fullmatch(form, secret.value, re.DOTALL)


def test_what_a_list_of_aws_holds_is_unknown(client: Client) -> None:
    name = "com.amazonaws.global.cloudfront.origin-facing"
    assert client.invoke("ec2/getManagedPrefixList", name=name)["entries"] is UNKNOWN
    assert client.invoke("ec2/getPrefixList", name=name)["cidrBlocks"] is UNKNOWN
    filters = [{"name": "prefix-list-name", "values": [name]}]
    by_filter = client.invoke("ec2/getManagedPrefixList", filters=filters)
    assert by_filter["id"] == client.invoke("ec2/getManagedPrefixList", name=name)["id"]


def test_the_addresses_of_aws_are_not_made_up(client: Client) -> None:
    with pytest.raises(RefusalError, match=r"which addresses AWS has is not known here.* the stack's config"):
        client.invoke("index/getIpRanges", services=["ec2"])


def test_the_latest_revision_is_that_of_the_family(client: Client) -> None:
    for name in ("one", "two"):
        client.create(TASK, name, family="web", containerDefinitions="[]", cpu=name)
    assert client.invoke("ecs/getTaskDefinition", taskDefinition="web")["revision"] == 2
    assert client.invoke("ecs/getTaskDefinition", taskDefinition="web:1")["cpu"] == "one"


def test_a_load_balancer_is_only_one_of_the_account(client: Client) -> None:
    made = client.create("aws:lb/loadBalancer:LoadBalancer", "lb", name="web", tags={"a": "b"})
    for arguments in ({"name": "web"}, {"arn": made.outputs["arn"]}, {"tags": {"a": "b"}}):
        found = client.invoke("lb/getLoadBalancer", **arguments)
        assert (found["id"], found["dnsName"]) == (made.id, made.outputs["dnsName"])
    with pytest.raises(RefusalError, match="0 load balancers of the account matched name=other, not one"):
        client.invoke("lb/getLoadBalancer", name="other")


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (TRUST, json.dumps(TRUST, sort_keys=True, separators=(",", ":"))),
        ({"a": UNKNOWN}, UNKNOWN),
        ("{}", "{}"),
    ],
)
def test_a_policy_given_as_an_object_becomes_text(client: Client, document: Any, text: Any) -> None:
    inputs, failures = client.check(ROLE, "role", {"assumeRolePolicy": document})
    assert (inputs["assumeRolePolicy"], failures) == (text, [])


def test_a_secret_inside_makes_the_text_a_secret(client: Client) -> None:
    inputs, _ = client.check(ROLE, "role", {"assumeRolePolicy": {"Id": Secret("hunter2-9")}})
    assert isinstance(inputs["assumeRolePolicy"], Secret)
    assert inputs["assumeRolePolicy"].value == '{"Id":"hunter2-9"}'


def test_a_cluster_has_endpoints_and_a_managed_password(client: Client) -> None:
    made = client.create(
        "aws:rds/cluster:Cluster",
        "db",
        clusterIdentifier="shop",
        engine="aurora-mysql",
        manageMasterUserPassword=True,
    )
    assert re.fullmatch(r"shop\.cluster-\w{12}\.us-east-1\.rds\.amazonaws\.com", made.outputs["endpoint"])
    assert re.fullmatch(r"shop\.cluster-ro-\w{12}\..*", made.outputs["readerEndpoint"])
    assert made.outputs["port"] == 3306
    (secret,) = made.outputs["masterUserSecrets"]
    assert secret["secretArn"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-")
    plain = client.create("aws:rds/cluster:Cluster", "own", engine="aurora-postgresql")
    assert plain.outputs["masterUserSecrets"] == []


def test_an_api_of_appsync_has_its_addresses(client: Client) -> None:
    made = client.create("aws:appsync/graphQLApi:GraphQLApi", "api", authenticationType="API_KEY", name="api")
    uris = made.outputs["uris"]
    assert re.fullmatch(r"https://\w{26}\.appsync-api\.us-east-1\.amazonaws\.com/graphql", uris["GRAPHQL"])
    assert uris["REALTIME"].startswith("wss://")
    assert made.outputs["arn"] == f"arn:aws:appsync:us-east-1:123456789012:apis/{made.id}"


def test_names_of_pulumi_aws_5_are_understood(client: Client) -> None:
    inputs, failures = client.check(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "cache",
        {"replicationGroupDescription": "sessions", "numberCacheClusters": 2},
    )
    assert failures == []
    assert (inputs["description"], inputs["numCacheClusters"]) == ("sessions", 2)
    assert inputs["replicationGroupDescription"] == "sessions"


def test_a_truth_value_given_as_text_is_one(client: Client) -> None:
    found = client.invoke("ec2/getAmi", mostRecent="true", owners=["amazon"])
    assert (found["mostRecent"], found["owners"]) == (True, ["amazon"])


def test_a_certificate_has_a_record_for_each_of_its_names(client: Client) -> None:
    made = client.create(
        "aws:acm/certificate:Certificate",
        "cert",
        domainName="shop.example",
        subjectAlternativeNames=["shop.example", "*.shop.example"],
        validationMethod="DNS",
    )
    records = made.outputs["domainValidationOptions"]
    assert [record["domainName"] for record in records] == ["shop.example", "*.shop.example"]
    assert all(
        re.fullmatch(r"_[0-9a-f]{32}\.shop\.example\.", each["resourceRecordName"]) for each in records
    )
    assert records[0]["resourceRecordValue"].endswith(".acm-validations.aws.")
    assert client.invoke("acm/getCertificate", domain="shop.example")["arn"] == made.outputs["arn"]
    mailed = client.create("aws:acm/certificate:Certificate", "mailed", domainName="b.example")
    assert mailed.outputs["domainValidationOptions"] == []
