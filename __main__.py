"""The egress path of an App Runner service's mail: to SES inside the VPC, or through NAT to any relay."""

import pulumi

from components import AppRunnerService, EmailIdentity, NatEgress, Network, SmtpCredentials, SmtpEndpoint
from components.app_runner_service import import_command
from components.helpers.lookup import DEFAULT_ROUTE, Account
from components.helpers.ses import smtp_host
from components.stack.account import SERVICE, fit
from components.stack.mail_path import (
    NAT,
    PASSWORD,
    RELAY,
    SES,
    USER,
    MailPath,
    each_once,
    every_address,
    sign_in,
)
from components.stack.reader import ENDPOINT
from components.stack.settings import load

settings = fit(load(pulumi.Config()))
region, held = Account().region(), "hold" in settings.service

network = Network("network", settings.network)
vpc = network.topology

# NAT gateways, for a mail relay on the internet.
nat = (
    NatEgress(
        "nat",
        {
            "vpc_id": vpc.vpc_id,
            "private_subnets": vpc.private,
            "public_subnets": vpc.public,
            "mode": settings.nat_mode,
            "adopt": NAT in settings.adopts,
        },
        pulumi.ResourceOptions(depends_on=[network]),
    )
    if NAT in settings.paths
    else None
)
# An SMTP endpoint in the VPC, and who sends through it: anybody there, where SES's host may be the relay. The
# identity and its sender outlive a switch to NAT: the way back needs no verification and no new secret.
endpoint = (
    SmtpEndpoint(
        "endpoint",
        {
            "vpc_id": vpc.vpc_id,
            "subnets": vpc.private,
            "port": settings.smtp_port,
            "client_cidr_blocks": vpc.cidr_blocks if held or settings.relay.host == smtp_host(region) else [],
            "adopt": ENDPOINT in settings.adopts,
        },
    )
    if SES in settings.paths
    else None
)
identity = EmailIdentity("identity", settings.identity) if settings.identity else None
sender = SmtpCredentials("sender", settings.sender) if settings.sender else None
if identity and held:  # An update that fails has no outputs.
    identity.zone_snippet.apply(pulumi.log.info)

paths: dict[str, MailPath] = {}
if nat:
    relay = settings.relay
    paths[NAT] = MailPath(
        host=relay.host,
        port=relay.port,
        secrets=sign_in(relay.secret_arn) if relay.secret_arn else {},
        destination={"name": RELAY, "port": relay.port, "cidr_block": DEFAULT_ROUTE},
        components=[nat],
        exports={"natPublicIps": nat.public_ips, "relaySecretArn": relay.secret_arn},
    )
if endpoint and sender:
    paths[SES] = MailPath(
        host=endpoint.host,
        port=settings.smtp_port,
        secrets={USER: sender.username_reference, PASSWORD: sender.password_reference},
        destination={
            "name": SES,
            "port": settings.smtp_port,
            "security_group_id": endpoint.adopted_group_id or endpoint.security_group_id,
        },
        components=[endpoint, sender],
        exports={"endpointDnsNames": endpoint.dns_names, "endpointLeftOut": endpoint.left_out},
    )
mail = paths[settings.mail_path]

service = AppRunnerService(
    SERVICE,
    {
        **settings.service,
        "vpc_id": vpc.vpc_id,
        "subnet_ids": [subnet["id"] for subnet in vpc.private],
        "environment": {**settings.service.get("environment", {}), **mail.environment},
        "secrets": {**settings.service.get("secrets", {}), **mail.secrets},
        "destinations": each_once(
            [
                *settings.service["destinations"],
                *(every_address(vpc.cidr_blocks) if settings.reach_vpc else []),
                *(path.destination for path in paths.values()),
            ]
        ),
    },
    pulumi.ResourceOptions(
        depends_on=[
            *([identity] if identity else []),
            *(component for path in paths.values() for component in path.components),
        ]
    ),
)

pulumi.export("smtpHost", mail.host)
pulumi.export("smtpPort", mail.port)
for path in paths.values():
    for name, value in path.exports.items():
        pulumi.export(name, value)
if sender:
    pulumi.export("smtpSecretArn", sender.secret_arn)
if identity:
    pulumi.export("dnsRecordsToPublish", identity.to_publish)
    pulumi.export("dnsZoneSnippet", identity.zone_snippet)
    pulumi.export("mailEventTopicArn", identity.event_topic_arn)
pulumi.export("serviceUrl", service.service_url)
pulumi.export("serviceArn", service.service_arn)
pulumi.export("vpcConnectorArn", service.vpc_connector_arn)
if settings.service.get("custom_domains"):
    pulumi.export("customDomainRecordsToPublish", service.records_to_publish)
if settings.protected:
    pulumi.export("protected", settings.protected)
pulumi.export("importCommand", import_command(SERVICE, settings.service["service_name"], region))
