"""The way of an App Runner service's mail: to SES inside the VPC, or through NAT to any relay."""

import pulumi

from components import AppRunnerService, EmailIdentity, NatEgress, Network, SmtpCredentials, SmtpEndpoint
from components.app_runner_service import import_command
from components.lookup import DEFAULT_ROUTE, Account
from components.mail_path import MailPath, sign_in
from components.settings import NAT, SES, load

settings = load(pulumi.Config())

network = Network("network", settings.network)
vpc = network.topology
identity = EmailIdentity("identity", settings.identity) if settings.identity else None


def through_ses() -> MailPath:
    """A sender for the verified domain, and an SMTP endpoint in the VPC."""
    sender = SmtpCredentials("sender", {"domain": settings.domain, "kms_key_arn": settings.kms_key_arn})
    endpoint = SmtpEndpoint(
        "endpoint", {"vpc_id": vpc.vpc_id, "subnets": vpc.private, "port": settings.smtp_port}
    )
    return MailPath(
        host=endpoint.host,
        port=settings.smtp_port,
        secrets={"SMTP_USER": sender.username_reference, "SMTP_PASS": sender.password_reference},
        destination={
            "name": "ses",
            "port": settings.smtp_port,
            "security_group_id": endpoint.security_group_id,
        },
        components=[component for component in (identity, sender, endpoint) if component],
        exports={
            "endpointDnsNames": endpoint.dns_names,
            "endpointLeftOut": endpoint.left_out,
            "smtpSecretArn": sender.secret_arn,
        },
    )


def through_nat() -> MailPath:
    """NAT gateways, and a relay on the internet."""
    nat = NatEgress(
        "nat",
        {
            "vpc_id": vpc.vpc_id,
            "private_subnets": vpc.private,
            "public_subnets": vpc.public,
            "mode": settings.nat_mode,
        },
        pulumi.ResourceOptions(depends_on=[network]),
    )
    return MailPath(
        host=settings.relay.host,
        port=settings.relay.port,
        secrets=sign_in(settings.relay.secret_arn) if settings.relay.secret_arn else {},
        destination={"name": "relay", "port": settings.relay.port, "cidr_block": DEFAULT_ROUTE},
        components=[nat],
        exports={"natPublicIps": nat.public_ips, "relaySecretArn": settings.relay.secret_arn},
    )


paths = [{SES: through_ses, NAT: through_nat}[path]() for path in settings.paths]
mail = paths[0]

service = AppRunnerService(
    "service",
    {
        **settings.service,
        "vpc_id": vpc.vpc_id,
        "subnet_ids": [subnet["id"] for subnet in vpc.private],
        "environment": {**settings.service["environment"], **mail.environment},
        "secrets": {**settings.service["secrets"], **mail.secrets},
        "destinations": [
            *(vpc.destinations if settings.reach_vpc else []),
            *settings.service["destinations"],
            *(path.destination for path in paths),
        ],
    },
    pulumi.ResourceOptions(depends_on=[component for path in paths for component in path.components]),
)

pulumi.export("smtpHost", mail.host)
pulumi.export("smtpPort", mail.port)
for path in paths:
    for name, value in path.exports.items():
        pulumi.export(name, value)
if identity:
    pulumi.export("dnsRecordsToPublish", identity.records_to_publish)
    pulumi.export("dnsZoneSnippet", identity.zone_snippet)
    pulumi.export("mailEventTopicArn", identity.event_topic_arn)
pulumi.export("serviceUrl", service.service_url)
pulumi.export("serviceArn", service.service_arn)
pulumi.export(
    "importCommand", import_command("service", settings.service["service_name"], Account(None).region())
)
