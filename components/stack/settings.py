"""The config of a stack, read in this one place; `Pulumi.yaml` describes every key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import pulumi
import yaml
from pulumi.runtime.config import CONFIG, get_config_env

from .. import email_identity, network, smtp_credentials
from ..helpers import app_runner_args, checks, custom_domains
from ..helpers.nat_plan import MODES
from ..helpers.ses import SMTP_PORTS
from .mail_path import NAT, SES
from .reader import ADOPTABLE, ENDPOINT, IDENTITY, Reader
from .service import published_domains, service

BOTH = "both"
ROUTES = (SES, NAT, BOTH)
_PROJECT = Path(__file__).resolve().parents[2] / "Pulumi.yaml"


@dataclass(frozen=True)
class Relay:
    """A mail relay on the internet, and the secret with its `username` and `password` if it has one."""

    host: str
    port: int
    secret_arn: Optional[str]


@dataclass(frozen=True)
class Settings:
    """What a stack asks for.

    Attributes:
        paths: the paths to build: `nat`, `ses` or both, in the order in which they are checked.
        mail_path: the one of them that the service's mail takes.
        identity: the sending domain; `None` where the stack has none.
        sender: who signs in to SES as that domain.
        adopts: what is there already and is used as it is: any of `ADOPTABLE`.
        reach_vpc: whether the service may call any address of its VPC.
        service: the service, apart from its network and its mail.
        published_domains: those of its custom domains whose records are in Route 53.
    """

    paths: tuple[str, ...]
    mail_path: str
    domain: str
    network: network.NetworkArgs
    identity: Optional[email_identity.EmailIdentityArgs]
    sender: Optional[smtp_credentials.SmtpCredentialsArgs]
    smtp_port: int
    relay: Relay
    nat_mode: str
    reach_vpc: bool
    adopts: frozenset[str]
    service: app_runner_args.AppRunnerServiceArgs
    published_domains: frozenset[str]

    @property
    def protected(self) -> str:
        """What is not deleted, and how to let go of it; empty where nothing is kept."""
        if not self.service.get("protect"):
            return ""
        kept = [f"App Runner service {self.service['service_name']}"]
        if self.identity is not None and IDENTITY not in self.adopts:
            kept.append(f"SES identity {self.domain}")
        if self.sender is not None:
            kept.append(f"secret with the SMTP credentials of {self.domain}")
        return (
            f"{checks.listed(kept)}: pulumi destroy --exclude-protected keeps this and what it depends on; "
            "to let go of it, run: pulumi config set protect false, pulumi up, pulumi destroy"
        )


def load(config: pulumi.Config) -> Settings:
    """Read the whole config of the stack.

    Raises:
        ArgumentError: a value breaks its rule: the key, the value, the rule and the remedy in one line.
    """
    _check_keys(config)
    read = Reader(config)
    checks.name_arguments(read.label_of)
    route, mail_through = read.one_of("route", ROUTES), read.one_of("mailThrough", (SES, NAT))
    kms_key_arn, domain = read.arn("kmsKeyArn", "kms", "key"), read.text("domain") or ""
    sender: smtp_credentials.SmtpCredentialsArgs = {
        "domain": domain,
        "kms_key_arn": kms_key_arn,
        "protect": read.flag("protect"),
    }
    adopts, of_service = _adopts(read), service(read, kms_key_arn)
    paths = (NAT, SES) if route == BOTH else (route,)
    mail_path = mail_through if route == BOTH else route
    identity = _identity(read, required=SES in paths, waits=mail_path == SES, adopts=IDENTITY in adopts)
    _check_hosts(read, identity, of_service)
    return Settings(
        paths=paths,
        mail_path=mail_path,
        domain=domain,
        network=_network(read),
        identity=identity,
        sender=sender if domain else None,
        smtp_port=checks.one_of(read.label("smtpPort"), read.number("smtpPort"), SMTP_PORTS),
        relay=Relay(
            host=checks.domain(read.label("relayHost"), read.required("relayHost")),
            port=checks.port(read.label("relayPort"), read.number("relayPort")),
            secret_arn=read.arn("relaySecretArn", "secretsmanager", "secret"),
        ),
        nat_mode=read.one_of("natMode", MODES),
        reach_vpc=read.flag("reachVpc"),
        adopts=adopts,
        service=of_service,
        published_domains=published_domains(read),
    )


def _check_hosts(
    read: Reader,
    identity: Optional[email_identity.EmailIdentityArgs],
    of_service: app_runner_args.AppRunnerServiceArgs,
) -> None:
    """The service answers to no name that SES needs for itself."""
    mail_from = email_identity.mail_from(identity) if identity and not identity.get("adopt") else None
    for position, domain in enumerate(of_service.get("custom_domains", [])):
        if mail_from in custom_domains.names(domain):
            checks.refuse(
                read.label(f"customDomains[{position}].domain"),
                domain["domain"],
                f"{mail_from} is the MAIL FROM domain, and SES needs the name for itself",
                f"set {read.label('mailFromSubdomain')} to another label",
            )


def _check_keys(config: pulumi.Config) -> None:
    """The stack sets no key that `Pulumi.yaml` does not describe."""
    described = yaml.safe_load(_PROJECT.read_text(encoding="utf-8"))["config"]
    given = {**get_config_env(), **CONFIG.get()}
    prefix = config.full_key("")
    for key in sorted(each.removeprefix(prefix) for each in given if each.startswith(prefix)):
        if key not in described:
            near = checks.nearest(key, described)
            raise checks.ArgumentError(
                f"config {prefix}{key}: there is no such key; "
                + (f"use {near}" if near else f"known are {checks.listed(described)}")
            )


def _adopts(read: Reader) -> frozenset[str]:
    given = checks.distinct(read.label("adopt"), read.object("adopt"), 0)
    return frozenset(
        checks.one_of(read.label(f"adopt[{position}]"), entry, ADOPTABLE)
        for position, entry in enumerate(given)
    )


def _network(read: Reader) -> network.NetworkArgs:
    private, public = read.object("privateSubnetIds"), read.object("publicSubnetIds")
    vpc_id, tags = read.text("vpcId"), read.object("vpcTags")
    private_tags = read.object("privateSubnetTags")
    args: network.NetworkArgs
    if vpc_id or tags:
        adopted: network.AdoptNetworkArgs = {"public_subnet_ids": public}
        if vpc_id:
            adopted["vpc_id"] = vpc_id
        if tags:
            adopted["vpc_tags"] = tags
        if private or not private_tags:
            adopted["private_subnet_ids"] = private
        if private_tags:
            adopted["private_subnet_tags"] = private_tags
        args = {"adopt": adopted}
    elif private or public or private_tags:
        checks.refuse(
            read.label("vpcId"), "", "subnets are given without the VPC that they belong to", "set it as well"
        )
    else:
        args = {"create": {"cidr_block": read.required("cidrBlock"), "zone_count": read.number("zoneCount")}}
    network.check(args, read.label)
    for position, adopted_part in enumerate(read.object("adopt") if "create" in args else ()):
        if adopted_part in (NAT, ENDPOINT):
            checks.refuse(
                read.label(f"adopt[{position}]"),
                adopted_part,
                "a new VPC has none",
                f"leave it out, or set {read.label('vpcId')}",
            )
    return args


def _identity(
    read: Reader, required: bool, waits: bool, adopts: bool
) -> Optional[email_identity.EmailIdentityArgs]:
    """The sending domain. It outlives a switch to `nat`, so that switching back needs no verification.

    Args:
        required: whether SES is one of the paths.
        waits: whether mail takes it.
        adopts: whether the identity is there already.
    """
    domain = read.text("domain")
    if domain is None:
        if required:
            checks.refuse(
                read.label("domain"),
                "",
                "SES sends from a domain of yours",
                "run: pulumi config set domain DOMAIN",
            )
        return None
    args: email_identity.EmailIdentityArgs = {
        "domain": domain,
        "dns": read.required("dns"),
        "mail_from_subdomain": read.required("mailFromSubdomain"),
        "dmarc_policy": read.required("dmarcPolicy"),
        "publish_events": read.flag("publishEvents"),
        "protect": read.flag("protect"),
    }
    if configuration_set := read.text("configurationSetName"):
        args["configuration_set_name"] = configuration_set
    if zone_id := read.text("zoneId"):
        args["zone_id"] = zone_id
    if zone_name := read.text("zoneName"):
        args["zone_name"] = zone_name
    if args["dns"] == email_identity.ROUTE53 and not (zone_id or zone_name):
        args["zone_name"] = domain
    if reports_to := read.text("dmarcReportsTo"):
        args["dmarc_reports_to"] = reports_to
    if adopts:
        args["adopt"] = True
    minutes = read.number("verificationMinutes")
    if waits and args["dns"] == email_identity.ROUTE53:
        args["verification_minutes"] = minutes
    email_identity.check(args, read.label)
    return args
