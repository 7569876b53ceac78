"""App Runner services, VPC connectors and scaling configurations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reachability.graph.zones import APP_RUNNER_REGIONS, WITHOUT_CONNECTORS

from ..account import AwsResource
from ..checks import exactly_one_of, one_of, required
from ..errors import AwsError
from ..kind import Call, Check, Kind
from .interfaces import first_of_other_vpc
from .references import GROUP, SUBNET

SERVICE: Final = "aws:apprunner/service:Service"
CONNECTOR: Final = "aws:apprunner/vpcConnector:VpcConnector"
_SCALING: Final = "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_MOST_GROUPS: Final = 5
_CODE_CONFIGURATION: Final = "sourceConfiguration.codeRepository.codeConfiguration"
_RUNTIMES: Final = (
    "PYTHON_3",
    "PYTHON_311",
    "NODEJS_12",
    "NODEJS_14",
    "NODEJS_16",
    "NODEJS_18",
    "NODEJS_22",
    "CORRETTO_8",
    "CORRETTO_11",
    "DOTNET_6",
    "GO_1",
    "PHP_81",
    "RUBY_31",
)
_SHORTEST_NAME, _LONGEST_NAME = 4, 40
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def region_has_app_runner(call: Call) -> None:
    """App Runner is not in every region ("AWS App Runner endpoints and quotas", AWS General Reference)."""
    if call.region not in APP_RUNNER_REGIONS:
        raise AwsError("InvalidRequestException", f"There is no App Runner in {call.region}.")


def connector_has_subnets(call: Call) -> None:
    """A connector needs subnets ("CreateVpcConnector", App Runner API Reference)."""
    if not call.inputs.get("subnets"):
        raise AwsError("InvalidRequestException", "A VPC connector needs at least one subnet.")


def connector_has_one_vpc(call: Call) -> None:
    """A connector's subnets and groups are of one VPC ("CreateVpcConnector", App Runner API Reference)."""
    listed = [call.inputs.get(name) or () for name in ("subnets", "securityGroups")]
    if first_of_other_vpc(call, *listed) is not None:
        found = (*_found(call, _SUBNET, "subnets"), *_found(call, _GROUP, "securityGroups"))
        parts = ", ".join(f"{part.id} in {part.get('vpcId')}" for part in found)
        raise AwsError(
            "InvalidRequestException", f"Subnets and security groups must be in the same VPC: {parts}."
        )


def connector_is_in_supported_zones(call: Call) -> None:
    """App Runner is not in every zone ("Enabling VPC access for outgoing traffic", App Runner Guide)."""
    for subnet in _found(call, _SUBNET, "subnets"):
        if subnet.get("availabilityZoneId") in WITHOUT_CONNECTORS:
            raise AwsError(
                "InvalidRequestException",
                f"{subnet.id} is in {subnet.get('availabilityZone')} ({subnet.get('availabilityZoneId')}), "
                "an Availability Zone where App Runner is not available.",
            )


def connector_has_few_groups(call: Call) -> None:
    """A connector takes five groups ("App Runner resource quotas", App Runner Guide)."""
    count = len(call.inputs.get("securityGroups") or ())
    if count > _MOST_GROUPS:
        raise AwsError(
            "InvalidRequestException", f"A VPC connector takes {_MOST_GROUPS} groups, not {count}."
        )


def vpc_egress_has_a_connector(call: Call) -> None:
    """VPC egress goes through a connector that is there ("EgressConfiguration", App Runner API Reference)."""
    egress = _part(call.inputs, "networkConfiguration", "egressConfiguration")
    connector = egress.get("vpcConnectorArn")
    if egress.get("egressType") == "VPC" and not connector:
        raise AwsError("InvalidRequestException", "Egress type VPC needs a VpcConnectorArn.")
    if egress.get("egressType") != "VPC" and connector:
        raise AwsError(
            "InvalidRequestException", f"Egress type DEFAULT takes no VpcConnectorArn, such as {connector}."
        )
    if connector and call.account.shows(CONNECTOR) and not call.account.find(CONNECTOR, str(connector)):
        raise AwsError("ResourceNotFoundException", f"The VPC connector {connector} does not exist.")


def secrets_need_an_instance_role(call: Call) -> None:
    """A role reads the secrets ("Referencing environment variables", App Runner Guide)."""
    if any(part.get("runtimeEnvironmentSecrets") for part in _runtimes(call.inputs)):
        role = _part(call.inputs, "instanceConfiguration").get("instanceRoleArn")
        if not role:
            raise AwsError(
                "InvalidRequestException",
                "Instance Role have to be provided if passing in RuntimeEnvironmentSecrets.",
            )


def private_image_needs_an_access_role(call: Call) -> None:
    """A role pulls the image ("AuthenticationConfiguration", App Runner API Reference)."""
    source = _part(call.inputs, "sourceConfiguration")
    private = _part(source, "imageRepository").get("imageRepositoryType") == "ECR"
    if private and not _part(source, "authenticationConfiguration").get("accessRoleArn"):
        raise AwsError(
            "InvalidRequestException", "Authentication configuration is invalid: ECR needs an AccessRoleArn."
        )


def source_code_needs_a_connection(call: Call) -> None:
    """A connection reads the repository ("AuthenticationConfiguration", App Runner API Reference)."""
    source = _part(call.inputs, "sourceConfiguration")
    connection = _part(source, "authenticationConfiguration").get("connectionArn")
    if source.get("codeRepository") and not connection:
        raise AwsError(
            "InvalidRequestException",
            "Authentication configuration is invalid: a code repository needs a ConnectionArn.",
        )


def source_stays_of_its_kind(call: Call) -> None:
    """A service cannot switch from code to an image, or back ("UpdateService", App Runner API Reference)."""
    existing = call.account.find(SERVICE, call.id) if call.id else None
    if existing is None:
        return
    before, after = existing.get("sourceConfiguration") or {}, _part(call.inputs, "sourceConfiguration")
    for kind in ("codeRepository", "imageRepository"):
        if before.get(kind) and not after.get(kind):
            raise AwsError("InvalidRequestException", f"The service has its source in {kind}, and keeps it.")


def service_name_is_free(call: Call) -> None:
    """A region has one service of a name ("CreateService", App Runner API Reference)."""
    existing = None if call.id else _existing(call)
    if existing is not None and not _is_imported(call, existing):
        raise AwsError(
            "InvalidRequestException",
            f"Service with the provided name already exists: {call.inputs['serviceName']}.",
        )


def warnings(call: Call) -> Iterable[str]:
    """Said of a name that is there already, and of one that App Runner finds too short ("CreateService")."""
    name = call.inputs.get("serviceName")
    if isinstance(name, str) and len(name) < _SHORTEST_NAME:
        yield f"App Runner takes names of {_SHORTEST_NAME} to {_LONGEST_NAME} characters, not {name!r}"
    existing = None if call.id else _existing(call)
    if existing is not None and _is_imported(call, existing):
        yield (
            f"App Runner service {name!r} is in the account already: the rehearsal "
            f"takes it over, a first deployment needs it in the stack: pulumi import {SERVICE} "
            f"{call.urn.rpartition('::')[2]} {existing.id}"
        )


def _existing(call: Call) -> AwsResource | None:
    """The service of this name that another program, or nobody's, made."""
    name = call.inputs.get("serviceName")
    return next((other for other in call.account.of(SERVICE) if other.get("serviceName") == name), None)


def _is_imported(call: Call, existing: AwsResource) -> bool:
    """Whether a rehearsal takes a service that is there for one that the stack has imported."""
    return call.account.imports_services and call.account.was_there(existing)


def _service_id(call: Call) -> str:
    existing = _existing(call)
    if existing is not None and _is_imported(call, existing):
        return existing.id
    return call.arn("apprunner", f"service/{call.inputs['serviceName']}/{call.digest('service', 32)}")


def _service(call: Call, identity: str) -> Mapping[str, Any]:
    existing = call.account.find(SERVICE, identity)
    url = existing.get("serviceUrl") if existing else None
    egress = {"egressType": "DEFAULT"}
    network = _part(call.inputs, "networkConfiguration")
    return {
        "arn": identity,
        "serviceId": identity.rpartition("/")[2],
        "serviceUrl": url or f"{_label(call)}.{call.region}.awsapprunner.com",
        "status": "RUNNING",
        "autoScalingConfigurationArn": call.inputs.get("autoScalingConfigurationArn")
        or call.arn("apprunner", f"autoscalingconfiguration/DefaultConfiguration/1/{'0' * 31}1"),
        "healthCheckConfiguration": {
            "protocol": "TCP",
            "path": "/",
            "interval": 5,
            "timeout": 2,
            "healthyThreshold": 1,
            "unhealthyThreshold": 5,
            **_part(call.inputs, "healthCheckConfiguration"),
        },
        "instanceConfiguration": {
            "cpu": "1024",
            "memory": "2048",
            **_part(call.inputs, "instanceConfiguration"),
        },
        "networkConfiguration": {
            "ipAddressType": "IPV4",
            **network,
            "egressConfiguration": network.get("egressConfiguration") or egress,
            "ingressConfiguration": network.get("ingressConfiguration") or {"isPubliclyAccessible": True},
        },
    }


def _label(call: Call) -> str:
    """Ten letters and digits, the first a letter, as App Runner's host names begin."""
    digits = "abcdefghijkmnpqrstuvwxyz23456789"
    number = call.number("host name", len(digits) ** 9)
    label = ""
    for _ in range(9):
        number, index = divmod(number, len(digits))
        label += digits[index]
    return f"a{label}"


def _connector_id(call: Call) -> str:
    name = call.inputs["vpcConnectorName"]
    return call.arn("apprunner", f"vpcconnector/{name}/{_revision(call)}/{call.digest('connector', 32)}")


def _revision(call: Call) -> int:
    """A connector of a name that is there is its next revision ("VpcConnector", App Runner API Reference)."""
    name = call.inputs.get("vpcConnectorName")
    same = [other for other in call.others(CONNECTOR) if other.get("vpcConnectorName") == name]
    return 1 + max((int(other.get("vpcConnectorRevision") or 1) for other in same), default=0)


def _scaling_id(call: Call) -> str:
    name = call.inputs["autoScalingConfigurationName"]
    return call.arn("apprunner", f"autoscalingconfiguration/{name}/1/{call.digest('scaling', 32)}")


def _found(call: Call, type_: str, name: str) -> Iterator[AwsResource]:
    for identity in call.inputs.get(name) or ():
        found = call.account.find(type_, str(identity))
        if found is not None:
            yield found


def _part(inputs: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object inside `inputs` at `names`, empty where there is none."""
    part = inputs
    for name in names:
        part = part.get(name) or {}
    return part


def _runtimes(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    source = _part(inputs, "sourceConfiguration")
    yield _part(source, "imageRepository", "imageConfiguration")
    yield _part(source, "codeRepository", "codeConfiguration", "codeConfigurationValues")


def _name(path: str) -> Check:
    """A name as App Runner takes it ("CreateService" and "CreateVpcConnector", App Runner API Reference)."""

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        value = inputs.get(path)
        if isinstance(value, str) and not (_NAME.fullmatch(value) and len(value) <= _LONGEST_NAME):
            form = f"at most {_LONGEST_NAME} letters, digits, - and _, the first a letter or digit"
            yield path, f"expected {form}; got {value!r}"

    return check


KINDS: Final = (
    Kind(
        SERVICE,
        _service_id,
        _service,
        recomputed=frozenset({"healthCheckConfiguration", "instanceConfiguration", "networkConfiguration"}),
        replaced_by=frozenset({"serviceName", "encryptionConfiguration"}),
        # "Handling update failures", App Runner Developer Guide: a deployment that fails is rolled back.
        taken_back=frozenset(
            {
                "healthCheckConfiguration",
                "instanceConfiguration",
                "networkConfiguration",
                "sourceConfiguration",
            }
        ),
        checks=(
            _name("serviceName"),
            one_of("networkConfiguration.egressConfiguration.egressType", "DEFAULT", "VPC"),
            one_of("networkConfiguration.ipAddressType", "IPV4", "DUAL_STACK"),
            one_of("healthCheckConfiguration.protocol", "HTTP", "TCP"),
            one_of("sourceConfiguration.imageRepository.imageRepositoryType", "ECR", "ECR_PUBLIC"),
            required("sourceConfiguration.imageRepository", "imageIdentifier", "imageRepositoryType"),
            required("sourceConfiguration.codeRepository", "repositoryUrl", "sourceCodeVersion"),
            one_of(f"{_CODE_CONFIGURATION}.configurationSource", "API", "REPOSITORY"),
            one_of(f"{_CODE_CONFIGURATION}.codeConfigurationValues.runtime", *_RUNTIMES),
            exactly_one_of("sourceConfiguration", "codeRepository", "imageRepository"),
        ),
        rules=(
            region_has_app_runner,
            service_name_is_free,
            vpc_egress_has_a_connector,
            secrets_need_an_instance_role,
            private_image_needs_an_access_role,
            source_code_needs_a_connection,
            source_stays_of_its_kind,
        ),
        warns=warnings,
    ),
    Kind(
        CONNECTOR,
        _connector_id,
        lambda _call, identity: {
            "arn": identity,
            "status": "ACTIVE",
            "vpcConnectorRevision": int(identity.split("/")[-2]),
        },
        replaced_by=frozenset({"vpcConnectorName", "subnets", "securityGroups"}),
        references={"subnets": SUBNET, "securityGroups": GROUP},
        checks=(_name("vpcConnectorName"),),
        rules=(
            region_has_app_runner,
            connector_has_subnets,
            connector_has_one_vpc,
            connector_is_in_supported_zones,
            connector_has_few_groups,
        ),
    ),
    Kind(
        _SCALING,
        _scaling_id,
        lambda _call, identity: {
            "arn": identity,
            "autoScalingConfigurationRevision": 1,
            "hasAssociatedService": False,
            "isDefault": False,
            "latest": True,
            "status": "active",
        },
        replaced_by=frozenset({"autoScalingConfigurationName", "maxConcurrency", "maxSize", "minSize"}),
    ),
)
