"""ECS services: the tasks that they run, where those leave from, and the mail hosts that they name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from reachability.workloads.ecs import unused_definitions
from tests.reachability.stacks import ALL_OUT, PRIVATE, PUBLIC, Stack, either, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"
SERVICE = "aws:ecs/service:Service"


@pytest.fixture
def tasks(nat: Stack) -> Stack:
    """A service in place of App Runner's, in a private subnet with NAT: its tasks name one mail host."""
    for name in ("connector", "service"):
        nat.remove(name)
    define(nat, {"name": "app", "environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]})
    network = {"subnets": [PRIVATE[0]], "securityGroups": [ref("connector-group")]}
    nat.add(SERVICE, "tasks", taskDefinition=ref("task"), networkConfiguration=network)
    return nat


def define(stack: Stack, *containers: dict[str, Any]) -> None:
    stack.add(
        DEFINITION, "task", family="mail", networkMode="awsvpc", containerDefinitions=json.dumps(containers)
    )


def hosts(stack: Stack) -> list[object]:
    return [egress.destination.host for egress in stack.prove()]


def _strategy(*providers: object) -> dict[str, object]:
    return {"capacityProviderStrategies": [{"capacityProvider": provider} for provider in providers]}


@pytest.mark.parametrize(
    ("public", "launch", "verdict"),
    [
        (True, {"launchType": "FARGATE"}, REACHABLE),
        (False, {"launchType": "FARGATE"}, UNREACHABLE),
        (UNKNOWN, {"launchType": "FARGATE"}, UNDETERMINED),
        (True, _strategy("FARGATE", "FARGATE_SPOT"), REACHABLE),
        (True, {**_strategy("FARGATE"), "launchType": ""}, REACHABLE),
        (True, {"launchType": ""}, UNDETERMINED),
        (False, _strategy("FARGATE"), UNREACHABLE),
        (True, {"launchType": "EC2"}, UNREACHABLE),
        (UNKNOWN, {"launchType": "EXTERNAL"}, UNREACHABLE),
        (True, _strategy("of-instances"), UNREACHABLE),
        (True, _strategy("of-instances", "FARGATE"), UNDETERMINED),
        (True, _strategy(UNKNOWN), UNDETERMINED),
        (True, {"capacityProviderStrategies": UNKNOWN}, UNDETERMINED),
        (True, {"launchType": UNKNOWN}, UNDETERMINED),
        (True, {}, UNDETERMINED),
        (False, {}, UNREACHABLE),
    ],
)
def test_a_public_subnet_helps_only_with_a_public_ip_address(
    tasks: Stack, public: object, launch: dict[str, object], verdict: Verdict
) -> None:
    tasks["tasks"]["networkConfiguration"].update(subnets=[PUBLIC[0]], assignPublicIp=public)
    tasks["tasks"].update(launch)

    (egress,) = tasks.prove()

    assert egress.verdict is verdict


@pytest.mark.parametrize(
    ("providers", "order", "verdict"),
    [
        (["FARGATE", "FARGATE_SPOT"], "before", REACHABLE),
        (["FARGATE", "FARGATE_SPOT"], "beside", REACHABLE),
        (["FARGATE", "FARGATE_SPOT"], "behind", UNREACHABLE),
        (["FARGATE"], "before", UNREACHABLE),
        (UNKNOWN, "before", REACHABLE),
        (None, "", UNREACHABLE),
    ],
)
def test_a_new_cluster_has_the_capacity_provider_by_then(
    tasks: Stack, providers: Any, order: str, verdict: Verdict
) -> None:
    tasks.add("aws:ecs/cluster:Cluster", "cluster", name="mail")
    tasks["tasks"]["networkConfiguration"].update(subnets=[PUBLIC[0]], assignPublicIp=True)
    tasks["tasks"].update(cluster=ref("cluster"), **_strategy("FARGATE_SPOT"))
    if providers is not None:
        link = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"
        tasks.add(link, "link", clusterName=ref("cluster"), capacityProviders=providers)
        if order != "beside":
            later, earlier = ("tasks", "link") if order == "before" else ("link", "tasks")
            tasks.depends_on[later] = (earlier,)

    (egress,) = tasks.prove()

    assert egress.verdict is verdict
    codes = {finding.code for finding in egress.outcome.findings}
    assert codes == (set() if verdict is REACHABLE else {"ECS_CAPACITY_PROVIDER"})


UNREAD = "every public mail host"
ARN = "arn:aws:ecs:us-east-1:111122223333:task-definition/"


@pytest.mark.parametrize(
    ("named", "after", "found"),
    [
        ("mail", True, ["smtp.example.com"]),
        (f"{ARN}mail", True, ["smtp.example.com"]),
        ("mail", False, ["smtp.example.com", UNREAD]),
        ("mail:7", True, [UNREAD]),
        (f"{ARN}mail:7", True, [UNREAD]),
        ("mailer", True, [UNREAD]),
        (ref("nothing"), True, [UNREAD]),
    ],
)
def test_a_family_is_its_latest_revision_alone(
    tasks: Stack, named: object, after: bool, found: list[str]
) -> None:
    """A new definition is its family's latest once it is there; which revision it becomes, nobody knows."""
    tasks["tasks"]["taskDefinition"] = named
    if after:
        tasks.depends_on["tasks"] = ("task",)

    assert [str(egress.destination) for egress in tasks.prove()] == found


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("mail:7", ["smtp.old.example"]),
        ("mail:8", [UNREAD]),
        ("mail", ["smtp.example.com", "smtp.old.example", UNREAD]),
    ],
)
def test_a_revision_of_the_account_is_read(tasks: Stack, named: str, found: list[str]) -> None:
    old = [{"name": "app", "environment": [{"name": "SMTP_HOST", "value": "smtp.old.example"}]}]
    given = {"family": "mail", "revision": 7, "containerDefinitions": json.dumps(old)}
    tasks.hold(DEFINITION, f"{ARN}mail:7", arn=f"{ARN}mail:7", **given)
    tasks["tasks"]["taskDefinition"] = named

    assert [str(egress.destination) for egress in tasks.prove()] == found


def test_a_definition_of_the_program_is_known_by_its_revision(tasks: Stack) -> None:
    tasks["task"]["revision"] = 7.0
    tasks["tasks"]["taskDefinition"] = "mail:7"
    assert [str(egress.destination) for egress in tasks.prove(preview=False)] == ["smtp.example.com"]


@pytest.mark.parametrize("way", [True, False])
@pytest.mark.parametrize(
    ("named", "shown"), [("mailer:3", "'mailer:3'"), (ref("nothing"), "until the update")]
)
def test_an_unread_task_definition_may_name_any_host(
    tasks: Stack, way: bool, named: object, shown: str
) -> None:
    tasks["tasks"]["taskDefinition"] = named
    if not way:
        tasks.remove("default")

    (egress,) = tasks.prove()

    told = egress.outcome.assumptions if way else egress.outcome.findings
    (message,) = [each.message for each in told if each.code.startswith("TASK_DEFINITION_UN")]
    assert shown in message
    assert egress.verdict is (REACHABLE if way else UNDETERMINED)


@pytest.mark.parametrize(
    ("required", "launch", "codes"),
    [
        (["EC2"], "FARGATE", ["ECS_LAUNCH_TYPE"]),
        (["EC2", "FARGATE"], "FARGATE", []),
        (["EC2"], "EC2", []),
        ([UNKNOWN], "FARGATE", []),
        ([], "FARGATE", []),
        (UNKNOWN, "FARGATE", []),
    ],
)
def test_fargate_takes_no_definition_for_instances(
    tasks: Stack, required: object, launch: str, codes: list[str]
) -> None:
    tasks["task"]["requiresCompatibilities"] = required
    tasks["tasks"]["launchType"] = launch

    (egress,) = tasks.prove()

    assert [finding.code for finding in egress.outcome.findings] == codes
    assert egress.verdict is (UNREACHABLE if codes else REACHABLE)


@pytest.mark.parametrize("secret", ["SMTP_HOST", "OTHER"])
def test_a_name_in_environment_and_secrets_is_refused(tasks: Stack, secret: str) -> None:
    listed = {"environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}
    define(tasks, {"name": "app", **listed, "secrets": [{"name": secret, "valueFrom": "arn:secret"}]})

    (egress,) = tasks.prove()

    twice = secret == "SMTP_HOST"
    assert [finding.code for finding in egress.outcome.findings] == ["VARIABLE_NAMED_TWICE"] * twice
    assert egress.verdict is (UNDETERMINED if twice else REACHABLE)


@pytest.mark.parametrize(
    ("definitions", "shown"),
    [(ref("address"), "every public mail host"), (UNKNOWN, "a host that is a secret")],
)
def test_containers_that_are_not_known_may_name_any_host(
    tasks: Stack, definitions: object, shown: str
) -> None:
    """What is unknown and comes from no resource is a secret of the program's configuration."""
    tasks["task"]["containerDefinitions"] = definitions

    assert [str(egress.destination) for egress in tasks.prove()] == [shown]


@pytest.mark.parametrize(("given", "shown"), [("mailer", "mailer"), (ref("nothing"), "tasks")])
def test_the_name_of_a_service(tasks: Stack, given: Any, shown: str) -> None:
    tasks["tasks"]["name"] = given

    assert [egress.service for egress in tasks.prove()] == [shown]


def test_task_sets_name_the_hosts_of_an_external_service(tasks: Stack) -> None:
    del tasks["tasks"]["taskDefinition"]
    tasks["tasks"]["deploymentController"] = {"type": "EXTERNAL"}
    assert hosts(tasks) == []

    network = tasks["tasks"].pop("networkConfiguration")
    task_set = {"service": ref("tasks"), "taskDefinition": ref("task"), "networkConfiguration": network}
    tasks.add("aws:ecs/taskSet:TaskSet", "blue", **task_set)
    (egress,) = tasks.prove()
    assert (egress.service, egress.verdict) == ("blue", REACHABLE)
    tasks.remove("default")
    (egress,) = tasks.prove()
    assert egress.verdict is UNREACHABLE


def test_the_names_in_container_definitions_may_be_in_any_case(tasks: Stack) -> None:
    define(tasks, {"Name": "app", "Environment": [{"Name": "SMTP_HOST", "VALUE": "smtp.example.org"}]})
    assert hosts(tasks) == ["smtp.example.org"]

    define(tasks, {"Name": "app", "Secrets": [{"Name": "SMTP_HOST", "ValueFrom": "arn:secret"}]})
    assert hosts(tasks) == [UNKNOWN]


def test_an_environment_file_may_name_the_host(tasks: Stack) -> None:
    files = {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::settings/mail.env"}]}
    define(tasks, {"name": "app", **files})
    assert hosts(tasks) == [None]

    define(tasks, {"name": "app", "environment": [{"name": "SMTP_HOST", "value": "a.example.com"}], **files})
    assert hosts(tasks) == ["a.example.com"]


def test_containers_without_a_mail_host_need_no_way_out(tasks: Stack) -> None:
    define(tasks, {"name": "app", "environment": [{"name": "OTHER", "value": "x"}]}, {"name": "beside"})

    assert hosts(tasks) == []


DEEP = "[" * 100_000
CONTAINER = "environment of container 'app'"


@pytest.mark.parametrize(
    ("definitions", "fault"),
    [
        ("not json", "containerDefinitions is no JSON: Expecting value at line 1, column 1"),
        ('{"name": "app"}', "containerDefinitions is no JSON array"),
        ('["app"]', "containerDefinitions has an element that is no object"),
        (DEEP, "containerDefinitions is JSON that is nested too deeply to be read"),
        ('[{"name": "app", "environment": {"A": "b"}}]', f"{CONTAINER}: no list of name and value"),
        ('[{"name": "app", "environment": [{"value": "b"}]}]', f"{CONTAINER}: an entry without a name"),
        ('[{"name": "app", "environment": [{"name": ""}]}]', f"{CONTAINER}: an entry without a name"),
        ('[{"name": "app", "environment": ["A=b"]}]', f"{CONTAINER}: an entry without a name"),
        ('[{"name": "app", "secrets": {"A": "b"}}]', f"{CONTAINER}: no list of name and value"),
        (
            '[{"name": "app", "environment": [{"name": "SMTP_PORT", "value": 587}]}]',
            f"{CONTAINER}: the value of SMTP_PORT is no text",
        ),
        (
            '[{"name": "app", "environment": [{"name": "TLS", "value": true}]}]',
            f"{CONTAINER}: the value of TLS is no text",
        ),
    ],
)
def test_definitions_that_ecs_refuses_are_a_finding(tasks: Stack, definitions: str, fault: str) -> None:
    tasks["task"]["containerDefinitions"] = definitions

    (egress,) = tasks.prove()

    (finding,) = egress.outcome.findings
    assert (finding.code, finding.verdict) == ("CONTAINERS_INVALID", UNDETERMINED)
    assert finding.resource == urn(DEFINITION, "task")
    assert finding.message.startswith(f"{fault}: ECS refuses it")


@pytest.mark.parametrize("way", [True, False])
@pytest.mark.parametrize("open_group", [True, False])
def test_an_unknown_environment_needs_every_public_host(tasks: Stack, way: bool, open_group: bool) -> None:
    tasks["task"]["containerDefinitions"] = ref("address")
    if not way:
        tasks.remove("default")
    if not open_group:
        tasks["connector-group"]["egress"] = [{**ALL_OUT, "protocol": "tcp", "fromPort": 587, "toPort": 587}]

    (egress,) = tasks.prove()

    assumed = "ENVIRONMENT_UNKNOWN" in {assumption.code for assumption in egress.outcome.assumptions}
    codes = [finding.code for finding in egress.outcome.findings]
    if way and open_group:
        assert (egress.verdict, assumed, codes) == (REACHABLE, True, [])
    else:
        missing = ["NO_ROUTE_TO_DESTINATION"] * (not way) + ["ENI_SG_RULES_MISMATCH"] * (not open_group)
        assert (egress.verdict, assumed) == (UNDETERMINED, False)
        assert codes[0] == "HOST_UNKNOWN"
        assert sorted(codes[1:]) == sorted(missing)


def test_task_definitions_that_nothing_runs_are_listed(tasks: Stack) -> None:
    assert [found.name for found in unused_definitions(tasks.graph())] == []
    tasks.add(DEFINITION, "nightly", family="nightly", containerDefinitions="[]")
    assert [found.name for found in unused_definitions(tasks.graph())] == ["nightly"]


@pytest.mark.parametrize("port", ["0", "-1", "65536", "five", [587]])
def test_a_port_that_is_none_is_not_proved(port: object, tasks: Stack) -> None:
    entries = [{"name": "SMTP_HOST", "value": "smtp.example.com"}, {"name": "SMTP_PORT", "value": port}]
    tasks["task"]["containerDefinitions"] = json.dumps([{"name": "app", "environment": entries}])

    (egress,) = tasks.prove()
    assert egress.verdict is UNDETERMINED
    assert {found.code for found in egress.outcome.findings} == {"PORT_UNKNOWN"}


CLUSTER = "aws:ecs/cluster:Cluster"
STRATEGY = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"


def _by_default(tasks: Stack, *providers: object, cluster: object = None, name: object = None) -> None:
    """A service in a public subnet whose cluster says where it runs."""
    tasks.add(CLUSTER, "main", name="main")
    strategies = [{"capacityProvider": provider} for provider in providers]
    names = {"clusterName": name or ref("main"), "defaultCapacityProviderStrategies": strategies}
    tasks.add(STRATEGY, "providers", **names)
    tasks["tasks"]["networkConfiguration"].update(subnets=[PUBLIC[0]], assignPublicIp=True)
    tasks["tasks"]["cluster"] = cluster or ref("main")


@pytest.mark.parametrize(
    ("providers", "verdict"),
    [
        (["FARGATE"], REACHABLE),
        (["FARGATE_SPOT", "FARGATE"], REACHABLE),
        (["instances"], UNREACHABLE),
        (["FARGATE", "instances"], UNDETERMINED),
        ([UNKNOWN], UNDETERMINED),
        ([], UNDETERMINED),
    ],
)
def test_a_cluster_says_where_its_services_run(
    tasks: Stack, providers: list[object], verdict: Verdict
) -> None:
    _by_default(tasks, *providers)

    (egress,) = tasks.prove()

    assert egress.verdict is verdict
    assumed = {assumption.code for assumption in egress.outcome.assumptions}
    assert ("DEFAULT_STRATEGY" in assumed) is (verdict is REACHABLE)


@pytest.mark.parametrize(
    ("cluster", "name", "verdict"),
    [
        ("main", "main", REACHABLE),
        ("arn:aws:ecs:us-east-1:1:cluster/main", "main", REACHABLE),
        (ref("main"), "main", REACHABLE),
        ("other", "main", UNDETERMINED),
        ("other", ref("main"), UNDETERMINED),
        (ref("nothing"), ref("main"), UNDETERMINED),
    ],
)
def test_the_cluster_whose_strategy_counts(
    tasks: Stack, cluster: object, name: object, verdict: Verdict
) -> None:
    _by_default(tasks, "FARGATE", cluster=cluster, name=name)

    (egress,) = tasks.prove()

    assert egress.verdict is verdict


def test_a_service_made_after_the_strategy_assumes_nothing(tasks: Stack) -> None:
    _by_default(tasks, "FARGATE")
    tasks.depends_on["tasks"] = ("providers",)

    (egress,) = tasks.prove()

    assert egress.verdict is REACHABLE
    assert "DEFAULT_STRATEGY" not in {assumption.code for assumption in egress.outcome.assumptions}


@pytest.mark.parametrize("named", [{"launchType": "FARGATE"}, _strategy("FARGATE")])
def test_a_service_that_says_where_it_runs_assumes_nothing(tasks: Stack, named: dict[str, object]) -> None:
    _by_default(tasks, "instances")
    tasks["providers"]["capacityProviders"] = ["instances", "FARGATE"]
    tasks["tasks"].update(named)

    (egress,) = tasks.prove()

    assert egress.verdict is REACHABLE
    assert "DEFAULT_STRATEGY" not in {assumption.code for assumption in egress.outcome.assumptions}


@pytest.mark.parametrize(
    ("cluster", "verdict"),
    [(ref("other"), REACHABLE), ("other", REACHABLE), ("default", REACHABLE), (ref("nothing"), UNDETERMINED)],
)
def test_strategies_of_other_clusters_do_not_count(tasks: Stack, cluster: object, verdict: Verdict) -> None:
    _by_default(tasks, "FARGATE")
    tasks.add(CLUSTER, "other", name="other")
    strategies = [{"capacityProvider": "instances"}]
    tasks.add(STRATEGY, "more", clusterName=cluster, defaultCapacityProviderStrategies=strategies)

    (egress,) = tasks.prove()

    assert egress.verdict is verdict


def test_a_service_without_cluster_is_of_the_default_one(tasks: Stack) -> None:
    _by_default(tasks, "FARGATE", name="default")
    del tasks["tasks"]["cluster"]

    (egress,) = tasks.prove()

    assert egress.verdict is REACHABLE


def test_two_strategies_of_one_cluster_leave_it_open(tasks: Stack) -> None:
    _by_default(tasks, "FARGATE")
    strategies = [{"capacityProvider": "instances"}]
    tasks.add(STRATEGY, "more", clusterName=ref("main"), defaultCapacityProviderStrategies=strategies)

    (egress,) = tasks.prove()

    assert egress.verdict is UNDETERMINED


@pytest.mark.parametrize(
    ("place", "launch", "expected"),
    [
        ({"availabilityZone": "us-east-1-bos-1a"}, "FARGATE", (UNDETERMINED, ["SUBNET_LOCAL"])),
        (
            {"outpostArn": "arn:aws:outposts:us-east-1:1:outpost/op-1"},
            "FARGATE",
            (UNDETERMINED, ["SUBNET_LOCAL"]),
        ),
        ({"availabilityZone": "us-east-1-bos-1a"}, UNKNOWN, (UNDETERMINED, ["SUBNET_LOCAL"])),
        ({"availabilityZone": "us-east-1-bos-1a"}, "EC2", (REACHABLE, [])),
        ({"availabilityZoneId": "usw1-az2"}, "FARGATE", (UNREACHABLE, ["FARGATE_ZONE"])),
        ({"availabilityZoneId": "usw1-az2"}, "EC2", (REACHABLE, [])),
        ({"availabilityZoneId": "use1-az3"}, "FARGATE", (REACHABLE, [])),
    ],
)
def test_fargate_is_not_in_every_zone(
    tasks: Stack, place: dict[str, object], launch: object, expected: tuple[Verdict, list[str]]
) -> None:
    tasks[PRIVATE[0]].update(place)
    tasks["tasks"]["launchType"] = launch

    (egress,) = tasks.prove()

    assert (egress.verdict, [finding.code for finding in egress.outcome.findings]) == expected


def test_a_host_of_one_of_several_definitions_is_open(tasks: Stack) -> None:
    """`Output.all(a.arn, b.arn).apply(choose)`: the service runs one of them."""
    container = {"name": "app", "environment": [{"name": "SMTP_HOST", "value": "10.9.9.9"}]}
    other = {"family": "other", "containerDefinitions": json.dumps([container])}
    tasks.add(DEFINITION, "other", **other)
    tasks["tasks"]["taskDefinition"] = either("task", "other")

    found = {str(egress.destination): egress for egress in tasks.prove()}

    # What chooses may give another one's ARN as well.
    assert {host: egress.verdict for host, egress in found.items()} == {
        "smtp.example.com": REACHABLE,
        "10.9.9.9": UNDETERMINED,
        UNREAD: REACHABLE,
    }
    assert found["10.9.9.9"].outcome.findings[0].code == "TASK_DEFINITION_UNKNOWN"


def test_a_host_that_every_possible_definition_names_is_needed(tasks: Stack) -> None:
    """Of two definitions of one family either may be the one that the family's name leads to."""
    container = {"name": "app", "environment": [{"name": "SMTP_HOST", "value": "10.9.9.9"}]}
    for name in ("task", "other"):
        tasks.add(DEFINITION, name, family="mail", containerDefinitions=json.dumps([container]))
    tasks["tasks"]["taskDefinition"] = "mail"
    tasks.depends_on["tasks"] = ("task", "other")
    assert [egress.verdict for egress in tasks.prove()] == [UNREACHABLE]


@pytest.mark.parametrize(
    ("properties", "links", "code"),
    [
        ({}, [], "ECS_LAUNCH_TYPE"),
        ({"launchType": "FARGATE"}, [], None),
        ({}, ["main"], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
        ({}, ["other"], "ECS_LAUNCH_TYPE"),
        ({}, [UNKNOWN], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
        ({"cluster": "shared"}, [], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
        (_strategy(UNKNOWN), [], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
    ],
)
def test_a_new_cluster_without_strategy_runs_on_instances(
    tasks: Stack, properties: dict[str, Any], links: list[object], code: str | None
) -> None:
    tasks.add(CLUSTER, "main", name="main")
    for cluster in links:
        tasks.add(STRATEGY, "link", clusterName=cluster, defaultCapacityProviderStrategies=UNKNOWN)
    tasks["tasks"]["networkConfiguration"].update(subnets=[PUBLIC[0]], assignPublicIp=True)
    tasks["tasks"].update({"cluster": ref("main"), **properties})

    (egress,) = tasks.prove()

    assert [finding.code for finding in egress.outcome.findings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("mode", "cause"), [("awsvpc", "AWS refuses that"), ("bridge", "instances' own network")]
)
def test_a_service_without_network_configuration(tasks: Stack, mode: str, cause: str) -> None:
    del tasks["tasks"]["networkConfiguration"]
    tasks["task"]["networkMode"] = mode

    (egress,) = tasks.prove()

    assert egress.verdict is UNDETERMINED
    assert cause in egress.outcome.findings[0].message
