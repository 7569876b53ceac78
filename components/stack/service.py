"""The keys of a stack's config that say what its service is."""

import re
from typing import Any, Optional, TypedDict, cast

from ..email_identity import DNS_HOSTS, ROUTE53
from ..helpers import app_runner_args, checks
from ..helpers.app_runner_source import API, REPOSITORY, SourceCodeArgs
from ..helpers.component import camel
from .mail_path import HOST, MAIL_VARIABLES, RELAY, SES
from .reader import Reader

PUBLIC, PRIVATE = INGRESS = ("public", "private")
_OPTIONAL_TEXTS = (
    "image",
    "cpu",
    "memory",
    "health_check_path",
    "start_command",
    "instance_role_arn",
    "access_role_arn",
    "auto_scaling_configuration_arn",
    "observability_configuration_arn",
    "ip_address_type",
    "encryption_kms_key_arn",
    "web_acl_arn",
)
"""The arguments of the service that are not given where their key is empty."""
_NONE = "none"
_MAY_BE_NONE = ("start_command", "observability_configuration_arn")
"""Those that a service may be without, so that they can be taken away from it."""
_OPTIONAL_OBJECTS = {"health_check": app_runner_args.HealthCheckArgs, "source_code": SourceCodeArgs}


class _CustomDomain(TypedDict):
    """An entry of `customDomains`."""

    domain: str
    www: bool
    dns: str


def service(read: Reader, kms_key_arn: Optional[str]) -> app_runner_args.AppRunnerServiceArgs:
    """The service, apart from its network and its mail.

    Raises:
        ArgumentError: a value breaks its rule.
    """
    args: dict[str, Any] = {
        "service_name": read.required("serviceName"),
        "protect": read.flag("protect"),
        "environment": read.texts("environment"),
        "secrets": read.object("secrets"),
        "policy_arns": read.object("policyArns"),
        "tags": read.object("tags"),
        "kms_key_arns": [kms_key_arn] if kms_key_arn else [],
        "destinations": read.objects("destinations", app_runner_args.DestinationArgs),
    }
    for argument in _OPTIONAL_TEXTS:
        if text := read.text(camel(argument)):
            args[argument] = "" if text == _NONE and argument in _MAY_BE_NONE else text
    for argument, known in _OPTIONAL_OBJECTS.items():
        if entry := read.object(camel(argument)):
            args[argument] = read.renamed(camel(argument), entry, known)
    if port := read.text("port"):
        args["port"] = int(port) if re.fullmatch("[0-9]{1,5}", port) else port
    if auto_deploy := read.text("autoDeploy"):
        label = read.label("autoDeploy")
        args["auto_deploy"] = checks.one_of(label, auto_deploy, ("true", "false")) == "true"
    if ingress := read.text("ingress"):
        args["publicly_accessible"] = checks.one_of(read.label("ingress"), ingress, INGRESS) == PUBLIC
    if domains := read.objects("customDomains", _CustomDomain):
        args["custom_domains"] = [
            {key: value for key, value in domain.items() if key != "dns"} for domain in domains
        ]
    _check_mail(read, args)
    given = cast(app_runner_args.AppRunnerServiceArgs, args)
    app_runner_args.check(given, read.label)
    return given


def _check_mail(read: Reader, args: dict[str, Any]) -> None:
    """Nothing is set that is for the route to set, or that it could not set."""
    for position, destination in enumerate(args["destinations"]):
        if destination.get("name") in (SES, RELAY):
            checks.refuse(
                f"{read.label(f'destinations[{position}]')}.name",
                destination["name"],
                "the route's own destination has this name",
                "rename it",
            )
    for key in ("environment", "secrets"):
        for variable in sorted(set(args[key]) & set(MAIL_VARIABLES)):
            checks.refuse(read.label(key), variable, "the route sets this variable", "leave it out")
    if args.get("source_code", {}).get("configuration") == REPOSITORY:
        checks.refuse(
            read.label("sourceCode.configuration"),
            REPOSITORY,
            f"App Runner would take {HOST} from apprunner.yaml, and no stack can set it there",
            f"use {API!r}, and set here what that file says",
        )


def published_domains(read: Reader) -> frozenset[str]:
    """The custom domains whose records are in Route 53: as they say, or else as `dns` says.

    Raises:
        ArgumentError: one says something else.
    """
    return frozenset(
        domain["domain"]
        for position, domain in enumerate(read.objects("customDomains", _CustomDomain))
        if checks.one_of(
            read.label(f"customDomains[{position}].dns"), domain.get("dns", read.required("dns")), DNS_HOSTS
        )
        == ROUTE53
    )
