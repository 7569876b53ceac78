"""Functions, containers, load balancers and databases: what runs beside a service, or in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final

from reachability.values import is_list

from ..account import AwsResource
from ..checks import json_array, one_of
from ..errors import AwsError
from ..kind import CREATED_AT, Call, Kind, Rule, ec2_id, id_from, inner_domain, opaque_id, unique
from .interfaces import first_of_other_vpc, private_ips_are_free
from .nat import private_address
from .references import GROUP, SUBNET

TASK_DEFINITION: Final = "aws:ecs/taskDefinition:TaskDefinition"
_INSTANCE: Final = "aws:ec2/instance:Instance"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_DEFAULT_BLOCK: Final = "172.31"
"""How the addresses of a default VPC start ("Default VPC components", Amazon VPC User Guide)."""
_VARIABLES: Final = {"environment": "value", "secrets": "valueFrom"}
"""Lists of variables, and what each element has beside its name."""
_DATABASE_PORTS: Final = {
    "aurora-mysql": 3306,
    "aurora-postgresql": 5432,
    "mariadb": 3306,
    "mysql": 3306,
    "postgres": 5432,
}


def _named(service: str, noun: str, name: str = "name") -> Callable[[Call], str]:
    """Ids that are an ARN with a name in it."""
    return lambda call: call.arn(service, f"{noun}{call.inputs[name]}")


def _function(call: Call, identity: str) -> Mapping[str, Any]:
    arn = call.arn("lambda", f"function:{identity}")
    invoke = f"arn:aws:apigateway:{call.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"arn": arn, "qualifiedArn": f"{arn}:$LATEST", "invokeArn": invoke, "lastModified": CREATED_AT}


def _revision(call: Call) -> int:
    family = call.inputs.get("family")
    same = [other for other in call.others(TASK_DEFINITION) if other.get("family") == family]
    return 1 + max((int(other.get("revision") or 1) for other in same), default=0)


def _task_definition(_call: Call, identity: str) -> Mapping[str, Any]:
    revision = int(identity.rpartition(":")[2])
    return {"arn": identity, "arnWithoutRevision": identity.rpartition(":")[0], "revision": revision}


def _task_definition_id(call: Call) -> str:
    return call.arn("ecs", f"task-definition/{call.inputs['family']}:{_revision(call)}")


def _variables_are_texts(call: Call) -> None:
    """Variables are lists of names and texts, as the provider reads them ("RegisterTaskDefinition")."""
    for container in json.loads(call.inputs["containerDefinitions"]):
        for listed, valued in _VARIABLES.items():
            entries = container.get(listed) or ()
            if not is_list(entries) or not all(isinstance(entry, Mapping) for entry in entries):
                problem = f"{listed} is no list of objects with name and {valued}"
            elif not all(isinstance(entry.get(valued, ""), (str, NoneType)) for entry in entries):
                problem = f"{valued} of a variable in {listed} is no text"
            else:
                continue
            raise AwsError("ClientException", f"Container definitions are invalid: {problem}.")


def _secrets_have_their_own_names(call: Call) -> None:
    """No secret has the name of a plain variable ("RegisterTaskDefinition", Amazon ECS API Reference)."""
    for container in json.loads(call.inputs["containerDefinitions"]):
        plain, secrets = (
            [entry.get("name") for entry in container.get(listed) or ()] for listed in _VARIABLES
        )
        for name in secrets:
            if name in plain:
                raise AwsError(
                    "ClientException",
                    "The secret name must be unique and not shared with any new or existing environment "
                    f"variables set on the container, such as '{name}'.",
                )


def _runs_a_task_definition(call: Call) -> None:
    """The definition is there, and is one for Fargate on Fargate ("CreateService", Amazon ECS API Reference).

    A family alone is its latest revision. What the program has looked up by its ARN is there.
    """
    named = call.inputs.get("taskDefinition")
    if not isinstance(named, str) or not call.account.shows(TASK_DEFINITION):
        return
    family, _, revision = named.rpartition("/")[2].partition(":")
    of_family = [task for task in call.account.of(TASK_DEFINITION) if task.get("family") == family]
    if named.startswith("arn:") and not of_family:
        return
    found = [task for task in of_family if not revision or task.id.endswith(f":{revision}")]
    if not found:
        raise AwsError("ClientException", f"TaskDefinition not found: {named}.")
    latest = max(found, key=lambda task: int(task.id.rpartition(":")[2]))
    suits = "FARGATE" in (latest.get("requiresCompatibilities") or ["FARGATE"])
    if call.inputs.get("launchType") == "FARGATE" and not (suits and latest.get("networkMode") == "awsvpc"):
        raise AwsError("InvalidParameterException", "Task definition does not support launch_type FARGATE.")
    if call.inputs.get("networkConfiguration") and latest.get("networkMode") != "awsvpc":
        raise AwsError(
            "InvalidParameterException",
            "Network Configuration is not valid for the given networkMode of this task definition.",
        )


def _load_balancer(call: Call, identity: str) -> Mapping[str, Any]:
    subnets = [call.account.find(_SUBNET, str(name)) for name in call.inputs.get("subnets") or ()]
    home: AwsResource | None = next(filter(None, subnets), None)
    inner = "internal-" if call.inputs.get("internal") else ""
    host = f"{inner}{call.inputs['name']}-{call.number('host name', 10**9)}.{call.region}.elb.amazonaws.com"
    return {
        "arn": identity,
        "arnSuffix": identity.partition("loadbalancer/")[2],
        "dnsName": host,
        "vpcId": home.get("vpcId") if home else None,
    }


def _load_balancer_id(call: Call) -> str:
    noun = {"network": "net", "gateway": "gwy"}.get(str(call.inputs.get("loadBalancerType")), "app")
    return call.arn(
        "elasticloadbalancing", f"loadbalancer/{noun}/{call.inputs['name']}/{call.digest('lb', 16)}"
    )


def _database(call: Call, identity: str) -> Mapping[str, Any]:
    name = call.inputs.get("identifier") or f"terraform-{call.digest('identifier', 26)}"
    port = call.inputs.get("port") or _DATABASE_PORTS.get(str(call.inputs.get("engine")))
    host = f"{name}.{call.digest('host name', 12)}.{call.region}.rds.amazonaws.com"
    return {
        "arn": call.arn("rds", f"db:{name}"),
        "identifier": name,
        "address": host,
        "endpoint": f"{host}:{port}" if port else host,
        "port": port,
        "resourceId": identity,
        "status": "available",
        "masterUserSecrets": _master_user_secrets(call, "db"),
    }


def _database_cluster(call: Call, identity: str) -> Mapping[str, Any]:
    port = call.inputs.get("port") or _DATABASE_PORTS.get(str(call.inputs.get("engine")))
    domain = f"{call.digest('host name', 12)}.{call.region}.rds.amazonaws.com"
    return {
        "arn": call.arn("rds", f"cluster:{identity}"),
        "clusterIdentifier": identity,
        "endpoint": f"{identity}.cluster-{domain}",
        "readerEndpoint": f"{identity}.cluster-ro-{domain}",
        "port": port,
        "masterUserSecrets": _master_user_secrets(call, "cluster"),
    }


def _graphql_api(call: Call, identity: str) -> Mapping[str, Any]:
    """Source: AWS AppSync Developer Guide, "Real-time data", for the second."""
    host = f"{call.digest('host name', 26)}.{{}}.{call.region}.amazonaws.com/graphql"
    return {
        "arn": call.arn("appsync", f"apis/{identity}"),
        "uris": {
            "GRAPHQL": f"https://{host.format('appsync-api')}",
            "REALTIME": f"wss://{host.format('appsync-realtime-api')}",
        },
    }


def _master_user_secrets(call: Call, noun: str) -> list[Mapping[str, Any]]:
    """Source: Amazon RDS User Guide, "Password management with Amazon RDS and AWS Secrets Manager"."""
    if not call.inputs.get("manageMasterUserPassword"):
        return []
    secret = call.arn("secretsmanager", f"secret:rds!{noun}-{call.digest('secret', 32)}")
    return [{"secretArn": secret, "secretStatus": "active"}]


def _instance(call: Call, identity: str) -> Mapping[str, Any]:
    """Its names are made of its addresses ("EC2 instance hostnames and domains", Amazon EC2 User Guide)."""
    subnet = call.find(_SUBNET, "subnetId")
    third, last = call.number("third part", 256), 4 + call.number("last part", 251)
    address = str(call.inputs.get("privateIp") or f"{_DEFAULT_BLOCK}.{third}.{last}")
    if subnet and not call.inputs.get("privateIp"):
        address = private_address(call, subnet.id, "private address")
    host = f"ip-{address.replace('.', '-')}" if address else identity
    return {
        "arn": call.arn("ec2", f"instance/{identity}"),
        "availabilityZone": subnet.get("availabilityZone") if subnet else None,
        "instanceState": "running",
        "primaryNetworkInterfaceId": call.ec2_id("eni"),
        "privateDns": f"{host}.{inner_domain(call.region)}",
        "privateIp": address,
    }


def _at_most(code: str, *limits: tuple[str, str, int]) -> Rule:
    """A request takes so many groups and subnets: the object, its list, and the most."""

    def rule(call: Call) -> None:
        for place, name, most in limits:
            count = len((call.inputs.get(place) or {}).get(name) or ())
            if count > most:
                raise AwsError(code, f"{name} can have at most {most} items, not {count}.")

    return rule


def _in_one_vpc(code: str, place: str, subnets: str, groups: str) -> Rule:
    """Subnets and groups are of one VPC.

    Sources: AWS Lambda API Reference, "VpcConfig"; Amazon ECS API Reference, "AwsVpcConfiguration".
    """

    def rule(call: Call) -> None:
        held = call.inputs.get(place) or {}
        apart = first_of_other_vpc(call, held.get(subnets) or (), held.get(groups) or ())
        if apart is not None:
            raise AwsError(
                code, f"{apart.id} is of another VPC ({apart.get('vpcId')}) than the first subnet."
            )

    return rule


def interface_is_free(call: Call) -> None:
    """An interface is one instance's ("RunInstances", Amazon EC2 API Reference)."""
    asked = _interfaces(call.inputs)
    for other in call.others(_INSTANCE):
        for taken in sorted(asked & _interfaces(other.properties)):
            raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{taken}] in use by {other.id}.")


def _interfaces(instance: Mapping[str, Any]) -> set[str]:
    held = [*(instance.get("networkInterfaces") or ()), instance.get("primaryNetworkInterface") or {}]
    return {str(each["networkInterfaceId"]) for each in held if each.get("networkInterfaceId")}


KINDS: Final = (
    Kind("aws:appsync/graphQLApi:GraphQLApi", lambda call: call.digest("id", 26), _graphql_api),
    Kind(
        "aws:rds/cluster:Cluster",
        lambda call: str(
            call.inputs.get("clusterIdentifier") or f"tf-{call.digest('clusterIdentifier', 26)}"
        ),
        _database_cluster,
        replaced_by=frozenset({"clusterIdentifier", "masterUsername"}),
        references={"vpcSecurityGroupIds": GROUP},
    ),
    Kind(
        _INSTANCE,
        ec2_id("i"),
        _instance,
        replaced_by=frozenset({"ami", "availabilityZone", "keyName", "privateIp", "subnetId"}),
        references={"subnetId": SUBNET, "vpcSecurityGroupIds": GROUP},
        rules=(interface_is_free, private_ips_are_free),
    ),
    Kind(
        "aws:lambda/function:Function",
        id_from("name"),
        _function,
        defaults={"memorySize": 128, "packageType": "Zip", "timeout": 3},
        replaced_by=frozenset({"name", "packageType"}),
        checks=(one_of("packageType", "Zip", "Image"),),
        rules=(
            unique("name", "ResourceConflictException", "Function already exist: {}."),
            _at_most(
                "ValidationException", ("vpcConfig", "securityGroupIds", 5), ("vpcConfig", "subnetIds", 16)
            ),
            _in_one_vpc("InvalidParameterValueException", "vpcConfig", "subnetIds", "securityGroupIds"),
        ),
    ),
    Kind(
        "aws:ecs/cluster:Cluster",
        _named("ecs", "cluster/"),
        lambda _call, identity: {"arn": identity},
        replaced_by=frozenset({"name"}),
    ),
    Kind(
        TASK_DEFINITION,
        _task_definition_id,
        _task_definition,
        replaced_by=frozenset(
            {
                "containerDefinitions",
                "cpu",
                "executionRoleArn",
                "family",
                "memory",
                "networkMode",
                "requiresCompatibilities",
                "taskRoleArn",
            }
        ),
        checks=(
            json_array("containerDefinitions"),
            one_of("networkMode", "bridge", "host", "awsvpc", "none"),
        ),
        rules=(_variables_are_texts, _secrets_have_their_own_names),
    ),
    Kind(
        "aws:ecs/service:Service",
        _named("ecs", "service/"),
        lambda _call, identity: {"arn": identity},
        replaced_by=frozenset({"name", "cluster", "launchType"}),
        rules=(
            _runs_a_task_definition,
            _at_most(
                "InvalidParameterException",
                ("networkConfiguration", "securityGroups", 5),
                ("networkConfiguration", "subnets", 16),
            ),
            _in_one_vpc("InvalidParameterException", "networkConfiguration", "subnets", "securityGroups"),
        ),
    ),
    Kind(
        "aws:lb/loadBalancer:LoadBalancer",
        _load_balancer_id,
        _load_balancer,
        defaults={"internal": False, "loadBalancerType": "application", "namePrefix": None},
        replaced_by=frozenset({"name", "namePrefix", "internal", "loadBalancerType"}),
        references={"subnets": SUBNET, "securityGroups": GROUP},
        checks=(one_of("loadBalancerType", "application", "gateway", "network"),),
        rules=(
            unique("name", "DuplicateLoadBalancerName", "A load balancer with the same name '{}' exists."),
        ),
    ),
    Kind(
        "aws:rds/instance:Instance",
        opaque_id,
        _database,
        defaults={"publiclyAccessible": False},
        replaced_by=frozenset({"identifier", "engine", "username"}),
        references={"vpcSecurityGroupIds": GROUP},
    ),
)
