"""`awsx` beside its VPC: services, task definitions, load balancers, repositories and images."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest

from mailroute.rehearsal.packages.awsx import COMPONENTS
from mailroute.rehearsal.packages.component import NotSimulatedError
from mailroute.wire import OutputValue, ResourceReference, Secret
from reachability.values import UNKNOWN
from tests.packages.around import SUBNETS, Around

FARGATE, EC2 = "awsx:ecs:FargateService", "awsx:ecs:EC2Service"
TASKS: Final = "awsx:ecs:FargateTaskDefinition"
NETWORK: Final = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": False}
SPOT: Final = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
MAIL: Final = {"image": "nginx", "environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}


def expand(type_: str, arguments: dict[str, Any], around: Around | None = None) -> tuple[Around, Any]:
    around = around or Around()
    return around, COMPONENTS[type_]("web", arguments, around)


def definitions(around: Around) -> Any:
    return json.loads(around.value("TaskDefinition web", "containerDefinitions").value)


@pytest.mark.parametrize(("type_", "launch"), [(FARGATE, "FARGATE"), (EC2, "EC2")])
@pytest.mark.parametrize(
    ("strategy", "own"),
    [
        ({}, True),
        ({"capacityProviderStrategies": SPOT}, False),
        ({"useClusterDefaultCapacityProviderStrategy": True}, False),
    ],
    ids=["neither", "a strategy", "the cluster's"],
)
def test_a_service_has_a_launch_type_or_a_strategy(
    type_: str, launch: str, strategy: dict[str, Any], own: bool
) -> None:
    given = {"cluster": "c", "taskDefinition": "td", "networkConfiguration": NETWORK, **strategy}
    around, outputs = expand(type_, given)
    inputs = around.inputs("Service web")
    assert inputs.get("launchType") == (launch if own else None)
    assert inputs.get("capacityProviderStrategies") == strategy.get("capacityProviderStrategies")
    assert "useClusterDefaultCapacityProviderStrategy" not in inputs
    assert (inputs["networkConfiguration"], inputs["taskDefinition"]) == (NETWORK, "td")
    assert around.count() == {"Service": 1}
    assert outputs["service"].urn == "Service web"


def test_a_service_makes_the_definition_of_its_tasks() -> None:
    arguments = {"container": MAIL, "cpu": OutputValue("512", ("u",))}
    around, outputs = expand(FARGATE, {"taskDefinitionArgs": arguments, "networkConfiguration": NETWORK})
    assert around.count() == {
        "FargateTaskDefinition": 1,
        "LogGroup": 1,
        "Role": 2,
        "RolePolicyAttachment": 1,
        "TaskDefinition": 1,
        "Service": 1,
    }
    assert around.children["TaskDefinition web"][2] == "FargateTaskDefinition web"
    assert around.inputs("Service web")["taskDefinition"] == "arn of TaskDefinition web"
    assert outputs["taskDefinition"].urn == "TaskDefinition web"
    (container,) = definitions(around)
    assert (container["name"], container["environment"]) == ("container", MAIL["environment"])
    assert container["logConfiguration"]["options"] == {
        "awslogs-group": "web",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "container",
    }
    inputs = around.inputs("TaskDefinition web")
    assert (inputs["networkMode"], inputs["requiresCompatibilities"]) == ("awsvpc", ["FARGATE"])
    assert (inputs["cpu"], inputs["memory"]) == ("512", "512")
    assert inputs["executionRoleArn"] == "arn of Role web-execution"
    assert inputs["family"].startswith("web-")
    assert "container" not in inputs


@pytest.mark.parametrize(
    ("container", "known", "secret"),
    [
        (MAIL, True, False),
        ({**MAIL, "image": OutputValue(UNKNOWN, ("image",))}, False, False),
        ({**MAIL, "secrets": Secret([])}, True, True),
    ],
    ids=["all of it", "but its image", "a secret in it"],
)
def test_containers_are_one_text_known_or_not(container: Any, known: bool, secret: bool) -> None:
    around, _ = expand(TASKS, {"container": container}, Around(created=False))
    text = around.value("TaskDefinition web", "containerDefinitions")
    assert (text.value is not UNKNOWN, text.secret) == (known, secret)
    assert text.dependencies == (("LogGroup web",) if known else ("LogGroup web", "image"))


@pytest.mark.parametrize("created", [False, True], ids=["preview", "update"])
def test_a_target_group_gives_the_port_and_the_load_balancer(created: bool) -> None:
    group = ResourceReference("group", "tg-1" if created else UNKNOWN)
    mapping = {"containerPort": 80, "targetGroup": OutputValue(group, ("group",))}
    around, outputs = expand(
        TASKS, {"container": {**MAIL, "portMappings": [mapping]}}, Around(created=created)
    )
    (container,) = definitions(around)
    assert container["portMappings"] == [{"containerPort": 80, "hostPort": 8080}]
    balancers = outputs["loadBalancers"]
    expected = {"containerName": "container", "containerPort": 8080, "targetGroupArn": "arn of group"}
    assert balancers.value == ([expected] if created else UNKNOWN)
    assert balancers.dependencies == ("group",)


@pytest.mark.parametrize(
    ("target", "container", "host", "expected"),
    [
        (False, None, 3, (3, 3)),
        (False, 2, None, (2, 2)),
        (False, 2, 3, (2, 3)),
        (True, None, None, (8080, 8080)),
        (True, None, 3, (3, 3)),
        (True, 2, None, (2, 8080)),
        (True, 2, 3, (2, 3)),
    ],
)
def test_ports_that_are_left_out(target: bool, container: Any, host: Any, expected: Any) -> None:
    group = {"targetGroup": ResourceReference("group", "tg-1")} if target else {}
    mapping = {"containerPort": container, "hostPort": host, **group}
    around, _ = expand(TASKS, {"container": {**MAIL, "portMappings": [mapping]}})
    (port,) = definitions(around)[0]["portMappings"]
    assert (port["containerPort"], port["hostPort"]) == expected


@pytest.mark.parametrize(
    ("containers", "cpu", "memory"),
    [
        ({"a": {}}, "256", "512"),
        ({"a": {"cpu": 8192, "memory": 20480}}, "8192", "20480"),
        ({"a": {"cpu": 8000, "memory": 21000}}, "8192", "21504"),
        ({"a": {"cpu": 300, "memory": 4000, "memoryReservation": 700}, "b": {"memory": 500}}, "512", "2048"),
    ],
)
def test_a_task_is_as_large_as_its_containers_need(containers: Any, cpu: str, memory: str) -> None:
    around, _ = expand(TASKS, {"containers": containers})
    inputs = around.inputs("TaskDefinition web")
    assert (inputs["cpu"], inputs["memory"]) == (cpu, memory)


def test_log_groups_and_roles_that_are_there_already() -> None:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/app"
    arguments = {
        "container": MAIL,
        "logGroup": {"existing": {"arn": arn}},
        "taskRole": {"roleArn": OutputValue("arn:task", ("role",))},
        "executionRole": {"args": {"policyArns": [], "name": "mine"}},
    }
    around, _ = expand(TASKS, arguments)
    assert around.count() == {"Role": 1, "TaskDefinition": 1}
    assert around.inputs("Role web-execution")["name"] == "mine"
    assert around.inputs("TaskDefinition web")["taskRoleArn"] == "arn:task"
    options = definitions(around)[0]["logConfiguration"]["options"]
    assert (options["awslogs-group"], options["awslogs-region"]) == ("/app", "eu-west-1")
    around, _ = expand(TASKS, {"container": MAIL, "logGroup": {"skip": True}, "taskRole": {"skip": True}})
    assert "logConfiguration" not in definitions(around)[0]
    assert "taskRoleArn" not in around.inputs("TaskDefinition web")


def test_a_service_that_names_no_network_is_in_the_default_vpc() -> None:
    around, _ = expand(FARGATE, {"taskDefinition": "td", "assignPublicIp": True})
    network = around.inputs("Service web")["networkConfiguration"]
    assert network == {
        "subnets": ["subnet-public"],
        "assignPublicIp": True,
        "securityGroups": ["id of SecurityGroup web-sg"],
    }
    (egress,) = around.inputs("SecurityGroup web-sg")["egress"]
    assert (egress["protocol"], egress["toPort"], egress["cidrBlocks"]) == ("tcp", 65535, ["0.0.0.0/0"])
    around, _ = expand(FARGATE, {"taskDefinition": "td"})
    assert around.inputs("Service web")["networkConfiguration"]["subnets"] == ["subnet-private"]
    around, _ = expand(FARGATE, {"taskDefinition": "td", "assignPublicIp": UNKNOWN})
    assert around.inputs("Service web")["networkConfiguration"]["subnets"] is UNKNOWN
    _, outputs = expand("awsx:ec2:DefaultVpc", {})
    assert (outputs["vpcId"], outputs["publicSubnetIds"]) == ("vpc-default", ["subnet-public"])


@pytest.mark.parametrize(
    ("type_", "arguments", "complaint"),
    [
        (FARGATE, {}, "taskDefinition and taskDefinitionArgs: give one of them"),
        (EC2, {"taskDefinition": "a", "taskDefinitionArgs": {}}, "give one of them only"),
        (FARGATE, {"taskDefinition": "a", "assignPublicIp": True, "networkConfiguration": NETWORK}, "only"),
        (
            EC2,
            {
                "taskDefinition": "a",
                "capacityProviderStrategies": SPOT,
                "useClusterDefaultCapacityProviderStrategy": True,
            },
            "give one of them only",
        ),
        (TASKS, {}, "container and containers: give one of them"),
        (
            TASKS,
            {"container": {"cpu": 34 * 1024}},
            "ask for 34 vCPU and 0 GB, and a Fargate task has at most 32",
        ),
        ("awsx:lb:ApplicationLoadBalancer", {"listener": {}, "listeners": []}, "give one of them only"),
        (
            "awsx:ecr:Repository",
            {"lifecyclePolicy": {"rules": [{"tagStatus": "any"}]}},
            "maximumNumberOfImages",
        ),
    ],
)
def test_wrong_arguments_are_one_line(type_: str, arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        expand(type_, arguments)


def test_a_default_vpc_without_private_subnets_is_one_line() -> None:
    around = Around(subnets={"subnet-public": SUBNETS["subnet-public"]})
    with pytest.raises(ValueError, match="the default VPC has no private subnets"):
        expand(FARGATE, {"taskDefinition": "td"}, around)


@pytest.mark.parametrize(
    ("type_", "arguments"),
    [
        (FARGATE, {"taskDefinitionArgs": UNKNOWN}),
        (TASKS, {"container": MAIL, "logGroup": UNKNOWN}),
        (TASKS, {"container": MAIL, "taskRole": {"args": {"policyArns": UNKNOWN}}}),
        ("awsx:lb:ApplicationLoadBalancer", {"listeners": UNKNOWN}),
    ],
)
def test_what_is_not_simulated_registers_nothing(type_: str, arguments: dict[str, Any]) -> None:
    around = Around()
    with pytest.raises(NotSimulatedError, match="with unknown"):
        expand(type_, arguments, around)
    assert around.children == {}


def test_an_application_load_balancer_has_all_that_it_needs() -> None:
    around, outputs = expand("awsx:lb:ApplicationLoadBalancer", {"subnetIds": ["subnet-private"]})
    assert around.count() == {"SecurityGroup": 1, "LoadBalancer": 1, "TargetGroup": 1, "Listener": 1}
    balancer = around.inputs("LoadBalancer web")
    assert (balancer["loadBalancerType"], balancer["subnets"]) == ("application", ["subnet-private"])
    assert balancer["securityGroups"] == ["id of SecurityGroup web"]
    target = around.inputs("TargetGroup web")
    assert target == {"vpcId": "vpc-default", "targetType": "ip", "port": 80, "protocol": "HTTP"}
    assert around.inputs("Listener web-0")["loadBalancerArn"] == "arn of LoadBalancer web"
    assert outputs["defaultTargetGroup"].urn == "TargetGroup web"


@pytest.mark.parametrize(
    ("listener", "spoken"),
    [
        ({"port": 443}, (443, "HTTPS")),
        ({"port": 8080}, (8080, "HTTP")),
        ({"protocol": "HTTPS"}, (443, "HTTPS")),
    ],
)
def test_a_port_gives_the_protocol_and_the_other_way_round(listener: Any, spoken: Any) -> None:
    around, _ = expand("awsx:lb:ApplicationLoadBalancer", {"listener": listener, "securityGroups": []})
    inputs = around.inputs("Listener web-0")
    assert (inputs["port"], inputs["protocol"]) == spoken
    assert around.inputs("LoadBalancer web")["subnets"] == ["subnet-public"]
    assert "SecurityGroup" not in around.count()


def test_a_network_load_balancer_speaks_tcp() -> None:
    many = {"listeners": [{"port": 25}, {"port": 587}], "defaultTargetGroupPort": 2525}
    around, outputs = expand("awsx:lb:NetworkLoadBalancer", many)
    assert [around.inputs(f"Listener web-{index}")["port"] for index in (0, 1)] == [25, 587]
    assert around.inputs("TargetGroup web") == {"vpcId": "vpc-default", "protocol": "TCP", "port": 2525}
    assert "SecurityGroup" not in around.count()
    assert [each.urn for each in outputs["listeners"]] == ["Listener web-0", "Listener web-1"]


def test_a_repository_keeps_one_untagged_image() -> None:
    around, outputs = expand("awsx:ecr:Repository", {"forceDelete": True})
    assert around.inputs("Repository web") == {"forceDelete": True}
    (rule,) = around.inputs("LifecyclePolicy web")["policy"]["rules"]
    assert rule["selection"] == {
        "tagStatus": "untagged",
        "countType": "imageCountMoreThan",
        "countNumber": 1,
    }
    assert outputs["url"].value == "repositoryUrl of Repository web"
    around, _ = expand("awsx:ecr:Repository", {"lifecyclePolicy": {"skip": True}})
    assert around.count() == {"Repository": 1}


def test_the_rule_for_any_image_comes_last() -> None:
    rules = [
        {"tagStatus": "any", "maximumAgeLimit": 7},
        {"tagStatus": "tagged", "tagPrefixList": ["v"], "maximumNumberOfImages": 3},
    ]
    around, _ = expand("awsx:ecr:Repository", {"lifecyclePolicy": {"rules": rules}})
    made = around.inputs("LifecyclePolicy web")["policy"]["rules"]
    assert [(rule["rulePriority"], rule["selection"]["tagStatus"]) for rule in made] == [
        (1, "tagged"),
        (2, "any"),
    ]
    assert made[1]["selection"]["countUnit"] == "days"


def test_an_image_is_built_once_its_repository_is_known() -> None:
    url = OutputValue("url", ("repo",))
    around, outputs = expand("awsx:ecr:Image", {"repositoryUrl": url, "context": "./app", "imageTag": "v1"})
    built = around.inputs("Image v1")
    assert (built["tags"], built["context"], built["push"]) == (["url:v1"], {"location": "./app"}, True)
    uri = outputs["imageUri"]
    assert (uri.value, uri.dependencies) == ("url@digest of Image v1", ("Image v1", "repo"))
    around, outputs = expand("awsx:ecr:Image", {"repositoryUrl": OutputValue(UNKNOWN, ("repo",))})
    assert (around.count(), outputs["imageUri"].value, outputs["imageUri"].dependencies) == (
        {},
        UNKNOWN,
        ("repo",),
    )


def test_an_image_of_this_machine_is_tagged_and_pushed() -> None:
    url = OutputValue("url", ("repo",))
    given = {"repositoryUrl": url, "sourceImage": "app", "keepRemotely": True, "triggers": {"a": "b"}}
    around, outputs = expand("awsx:ecr:RegistryImage", given)
    tagged = around.inputs("Tag web")
    assert tagged["targetImage"] == "url:latest"
    assert re.fullmatch("sha256:[0-9a-f]{64}", tagged["sourceImage"])
    pushed = around.inputs("RegistryImage web")
    assert (pushed["name"], pushed["keepRemotely"], pushed["triggers"]["a"]) == ("url:latest", True, "b")
    assert around.value("RegistryImage web", "name").dependencies == ("Tag web", "repo")
    assert outputs["image"].urn == "RegistryImage web"
    unknown = {"repositoryUrl": UNKNOWN, "sourceImage": UNKNOWN, "tag": "v1"}
    around, _ = expand("awsx:ecr:RegistryImage", {**given, **unknown})
    assert around.inputs("Tag web")["sourceImage"] is UNKNOWN
    assert around.inputs("RegistryImage web")["name"] is UNKNOWN


GROUP, INSTANCE = (ResourceReference(name, f"id of {name}") for name in ("group", "instance"))
ATTACHMENT = "awsx:lb:TargetGroupAttachment"


def test_a_function_may_be_called_by_its_load_balancer() -> None:
    around, outputs = expand(ATTACHMENT, {"targetGroup": GROUP, "lambda": ResourceReference("f", "f")})
    assert around.inputs("TargetGroupAttachment web") == {
        "targetId": "arn of f",
        "targetGroupArn": "arn of group",
    }
    permission = around.inputs("Permission web")
    assert (permission["function"], permission["sourceArn"]) == ("arn of f", "arn of group")
    assert set(outputs) == {"lambdaPermission", "targetGroupAttachment"}
    around, _ = expand(ATTACHMENT, {"targetGroupArn": "arn:group", "lambdaArn": "arn:f"})
    assert around.inputs("TargetGroupAttachment web") == {"targetId": "arn:f", "targetGroupArn": "arn:group"}


@pytest.mark.parametrize(
    ("kind", "target"), [("instance", "id of instance"), ("ip", "10.0.0.9"), (UNKNOWN, UNKNOWN)]
)
def test_an_instance_is_a_target_as_its_group_has_them(kind: Any, target: Any) -> None:
    around = Around()
    around.known |= {"group": {"targetType": kind}, "instance": {"privateIp": "10.0.0.9"}}
    expand(ATTACHMENT, {"targetGroup": GROUP, "instance": INSTANCE}, around)
    assert around.inputs("TargetGroupAttachment web")["targetId"] == target
    assert around.value("TargetGroupAttachment web", "targetId").dependencies == ("group", "instance")
    by_id, _ = expand(ATTACHMENT, {"targetGroupArn": "arn:group", "instanceId": "i-1"})
    assert by_id.inputs("TargetGroupAttachment web")["targetId"] is UNKNOWN


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"targetGroup": GROUP, "targetGroupArn": "a", "lambdaArn": "f"}, "give one of them only"),
        ({"lambdaArn": "f"}, "targetGroup, targetGroupArn: give one of them"),
        ({"targetGroup": GROUP}, "instance, instanceId, lambda, lambdaArn: give one of them"),
        ({"targetGroup": GROUP, "instanceId": "i-1", "lambdaArn": "f"}, "give one of them only"),
    ],
)
def test_an_attachment_has_one_group_and_one_target(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        expand(ATTACHMENT, arguments)
