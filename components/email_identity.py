"""Who may send: a verified SES domain, and the DNS records that prove it."""

from typing import Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from .helpers import checks
from .helpers.component import Component, digest, ownership, received
from .helpers.dns_records import DMARC_POLICIES, DnsRecord, PlannedRecord, sender_records, zone_snippet
from .helpers.free_names import require_free
from .helpers.iam_documents import publish_events
from .helpers.lookup import Account
from .helpers.lookup import EmailIdentity as FoundIdentity

ROUTE53, EXTERNAL = DNS_HOSTS = ("route53", "external")
UNMANAGED = "unmanaged"
_EASY_DKIM_TOKENS = 3
_EVENTS = ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE", "DELIVERY_DELAY"]

_ARGUMENT = checks.of("EmailIdentity")


class EmailIdentityArgs(TypedDict):
    """The domain, and where its DNS is."""

    domain: str
    """The domain that mail is sent from, such as `example.com`."""
    adopt: NotRequired[bool]
    """Whether to send by the identity that SES has already, of which nothing is changed. Default: false."""
    dns: NotRequired[str]
    """`route53` registers the records; `external` registers none and exports them. Default: `route53`."""
    zone_id: NotRequired[pulumi.Input[str]]
    """With `route53`: the id of the hosted zone, or give `zone_name`."""
    zone_name: NotRequired[str]
    """With `route53`: the name of the public hosted zone, the domain itself or a parent of it."""
    mail_from_subdomain: NotRequired[str]
    """The label of the MAIL FROM domain, which nothing else may use. Default: `bounce`."""
    dmarc_policy: NotRequired[str]
    """`none`, `quarantine`, `reject`, or `unmanaged` where a DMARC record exists already. Default: `none`."""
    dmarc_reports_to: NotRequired[str]
    """An address that receives aggregate DMARC reports. Default: nobody."""
    verification_minutes: NotRequired[int]
    """Minutes, 1 to 1440, that what depends on this component waits for SES to verify it. Default: none."""
    configuration_set_name: NotRequired[str]
    """A configuration set that is there already, for its mail. Default: none, or that of `publish_events`."""
    publish_events: NotRequired[bool]
    """Whether bounces, complaints and other failures are published to an SNS topic. Default: false."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete or replace the identity. Default: false."""
    event_topic_arn: NotRequired[pulumi.Input[str]]
    """With `publish_events`: an existing topic that SES may publish to. Default: a new one."""


class EmailIdentity(Component):
    """A SES domain identity with Easy DKIM (RSA 2048), a custom MAIL FROM domain, SPF and DMARC.

    The DKIM records that it has registered are never deleted, for SES would send no more: they stay in their
    zone where `dns` becomes `external`, where the zone becomes another one, and after the identity.
    """

    identity_arn: pulumi.Output[str]
    """The ARN of the identity."""
    dns: pulumi.Output[str]
    """`route53` or `external`: who publishes the records."""
    mail_from_domain: pulumi.Output[str]
    """The MAIL FROM domain."""
    records: pulumi.Output[list[DnsRecord]]
    """Every DNS record of the identity."""
    records_to_publish: pulumi.Output[list[DnsRecord]]
    """Those that are still to be published by hand: all of them where DNS is external, else none."""
    zone_snippet: pulumi.Output[str]
    """All records as lines of a BIND zone file, to paste at another DNS host, which must not proxy them."""
    event_topic_arn: Optional[pulumi.Output[str]]
    """The SNS topic of the events, if they are published."""

    def __init__(
        self, name: str, args: EmailIdentityArgs, opts: Optional[pulumi.ResourceOptions] = None
    ) -> None:
        args = received(args)
        checks.keys(
            _ARGUMENT,
            args,
            EmailIdentityArgs.__annotations__,
            EmailIdentityArgs.__required_keys__,
        )
        check(args)
        account = Account(opts)
        domain, region = args["domain"], account.region()
        zone_id, existing = look(args, account)
        if existing is not None:
            self._adopt(name, args, existing, opts)
            return
        mail_from_domain = mail_from(args)
        super().__init__(name, opts)
        self.event_topic_arn = None
        configuration_set_name: Optional[pulumi.Input[str]] = args.get("configuration_set_name")
        if args.get("publish_events"):
            configuration_set_name, self.event_topic_arn = self._events(name, args.get("event_topic_arn"))
        identity = aws.sesv2.EmailIdentity(
            name,
            email_identity=domain,
            configuration_set_name=configuration_set_name,
            dkim_signing_attributes={"next_signing_key_length": "RSA_2048_BIT"},
            tags=ownership(name),
            opts=pulumi.ResourceOptions.merge(
                self._child(), pulumi.ResourceOptions(protect=args.get("protect", False))
            ),
        )
        records = sender_records(domain, _dkim_tokens(identity), mail_from_domain, region, _dmarc_tags(args))
        published = [
            self._publish_record(f"{name}-{label}", zone_id, record, is_dkim=label.startswith("dkim-"))
            for label, record in records.items()
            if zone_id is not None
        ]
        aws.sesv2.EmailIdentityMailFromAttributes(
            name,
            email_identity=identity.email_identity,
            mail_from_domain=mail_from_domain,
            behavior_on_mx_failure="USE_DEFAULT_VALUE",
            opts=self._child(*published),
        )
        if minutes := args.get("verification_minutes"):
            self._wait(name, identity, minutes, published)
        self.identity_arn = identity.arn
        self.dns = pulumi.Output.from_input(args.get("dns", ROUTE53))
        self.mail_from_domain = pulumi.Output.from_input(mail_from_domain)
        # For Python programs, record by record: an output of them all is unknown as long as one token is.
        self.to_publish = list(records.values()) if zone_id is None else []
        self.records = pulumi.Output.all(*records.values())
        self.records_to_publish = pulumi.Output.all(*self.to_publish)
        self.zone_snippet = self.records.apply(zone_snippet)
        self._publish()

    def _adopt(
        self,
        name: str,
        args: EmailIdentityArgs,
        existing: FoundIdentity,
        opts: Optional[pulumi.ResourceOptions],
    ) -> None:
        """Send by an identity that is there, whose MAIL FROM domain and records are somebody else's."""
        super().__init__(name, opts)
        self.event_topic_arn = None
        self.identity_arn = pulumi.Output.from_input(existing.arn)
        self.dns = pulumi.Output.from_input(args.get("dns", ROUTE53))
        self.mail_from_domain = pulumi.Output.from_input("")
        self.to_publish = []
        self.records = self.records_to_publish = pulumi.Output.all()
        self.zone_snippet = pulumi.Output.from_input("")
        self._publish()

    def _wait(
        self, name: str, identity: aws.sesv2.EmailIdentity, minutes: int, published: list[aws.route53.Record]
    ) -> None:
        """A resource that is there once SES has verified the domain, and fails after `minutes`."""
        options = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=f"{minutes}m"))
        aws.ses.DomainIdentityVerification(
            name,
            domain=identity.email_identity,
            opts=pulumi.ResourceOptions.merge(self._child(*published), options),
        )

    def _events(
        self, name: str, topic_arn: Optional[pulumi.Input[str]]
    ) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """A configuration set whose failures go to a topic: its name, and the topic's ARN."""
        events = aws.sesv2.ConfigurationSet(
            name,
            configuration_set_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            tags=ownership(name),
            opts=self._child(),
        )
        allowed: list[pulumi.Resource] = []
        if topic_arn is None:
            topic = aws.sns.Topic(name, tags=ownership(name), opts=self._child())
            topic_arn = topic.arn
            allowed = [
                aws.sns.TopicPolicy(
                    name,
                    arn=topic.arn,
                    policy=pulumi.Output.json_dumps(publish_events(topic.arn, events.arn)),
                    opts=self._child(),
                )
            ]
        aws.sesv2.ConfigurationSetEventDestination(
            name,
            configuration_set_name=events.configuration_set_name,
            event_destination_name="failures",
            event_destination={
                "enabled": True,
                "matching_event_types": _EVENTS,
                "sns_destination": {"topic_arn": topic_arn},
            },
            opts=self._child(*allowed),
        )
        return events.configuration_set_name, pulumi.Output.from_input(topic_arn)

    def _publish_record(
        self, name: str, zone_id: pulumi.Input[str], record: PlannedRecord, *, is_dkim: bool
    ) -> aws.route53.Record:
        """A record. Those of DKIM stay when the stack gives them up, and are taken up again as they are.

        The others are called by their place: what an update that fails has left behind is not deleted by the
        next one, which takes the place up again.
        """
        place = digest([checks.known(zone_id) or "", str(checks.known(record["name"]))])
        options = pulumi.ResourceOptions(retain_on_delete=True)
        if not is_dkim:
            options = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)])
        return aws.route53.Record(
            name if is_dkim else f"{name}-{place}",
            zone_id=zone_id,
            name=record["name"],
            type=record["type"],
            ttl=record["ttl"],
            records=[record["value"]],
            # What `require_free` has let through is so already, and DKIM's names are this identity's alone.
            allow_overwrite=is_dkim or checks.known(zone_id) is not None or None,
            opts=pulumi.ResourceOptions.merge(self._child(), options),
        )


def check(args: EmailIdentityArgs, label: checks.Label = _ARGUMENT) -> None:
    """Every rule that can be checked before anything is registered.

    Raises:
        ArgumentError: for the first argument that breaks one.
    """
    domain = checks.domain(label("domain"), args["domain"])
    checks.one_of(label("dmarc_policy"), args.get("dmarc_policy", "none"), (*DMARC_POLICIES, UNMANAGED))
    checks.subdomain(label("mail_from_subdomain"), args.get("mail_from_subdomain", "bounce"))
    if "dmarc_reports_to" in args:
        checks.email(label("dmarc_reports_to"), args["dmarc_reports_to"])
    if "verification_minutes" in args:
        checks.between(label("verification_minutes"), args["verification_minutes"], 1, 1440)
    if "event_topic_arn" in args and not args.get("publish_events"):
        checks.refuse(
            label("publish_events"),
            args.get("publish_events", False),
            "an event topic is given, and nothing would be published to it",
            "set it to true, or give no topic",
        )
    dns = checks.one_of(label("dns"), args.get("dns", ROUTE53), DNS_HOSTS)
    _check_configuration_set(args, label)
    if args.get("adopt"):
        return
    if dns == EXTERNAL:
        for zone in ("zone_id", "zone_name"):
            if zone in args:
                checks.refuse(
                    label(zone),
                    args.get(zone),
                    "where dns is 'external' no record is registered",
                    "leave it out, or set dns to 'route53'",
                )
        return
    checks.exactly_one(label, args, ("zone_id", "zone_name"))
    if zone_name := args.get("zone_name"):
        checks.domain(label("zone_name"), zone_name)
        if domain != zone_name and not domain.endswith(f".{zone_name}"):
            checks.refuse(
                label("zone_name"),
                zone_name,
                f"the records of {domain} cannot be in this zone",
                f"name the zone of {domain} or of a parent domain, or set dns to 'external'",
            )


def _check_configuration_set(args: EmailIdentityArgs, label: checks.Label) -> None:
    """Nothing of what is there already would be changed."""
    if args.get("publish_events") and (args.get("adopt") or "configuration_set_name" in args):
        owned = "configuration set" if "configuration_set_name" in args else "identity"
        checks.refuse(
            label("publish_events"),
            True,
            f"the events of an adopted {owned} are its owner's to publish",
            "set it to false",
        )
    if "configuration_set_name" in args and args.get("adopt"):
        checks.refuse(
            label("configuration_set_name"),
            args["configuration_set_name"],
            "an adopted identity keeps its own",
            "leave it out",
        )


def _dmarc_tags(args: EmailIdentityArgs) -> dict[str, str]:
    policy = args.get("dmarc_policy", "none")
    if policy == UNMANAGED:
        return {}
    reports_to = args.get("dmarc_reports_to")
    return {"p": policy, **({"rua": f"mailto:{reports_to}"} if reports_to else {})}


def _zone_id(args: EmailIdentityArgs, account: Account) -> Optional[pulumi.Input[str]]:
    """The hosted zone of the records; `None` where DNS is external.

    Raises:
        ArgumentError: there is no such zone, or the records cannot be in it.
    """
    domain = args["domain"]
    if zone_name := args.get("zone_name"):
        zone_id = account.public_zone(zone_name)
        if zone_id is None:
            checks.refuse(
                _ARGUMENT("zone_name"),
                zone_name,
                "Route 53 has no public hosted zone of this name",
                f"name the zone that {domain} is in, or set dns to 'external'",
            )
        return zone_id
    known = checks.known(args.get("zone_id"))
    if known is not None:
        name = account.zone_name(known)
        if name is None or not f".{domain}".endswith(f".{name}"):
            checks.refuse(
                _ARGUMENT("zone_id"),
                known,
                f"it is the hosted zone of {name}" if name else "Route 53 has no such hosted zone",
                f"give the id of the zone that {domain} is in, or set dns to 'external'",
            )
    return args.get("zone_id")


def look(
    args: EmailIdentityArgs, account: Account
) -> tuple[Optional[pulumi.Input[str]], Optional[FoundIdentity]]:
    """The hosted zone of the records, if they go into one, and the identity to adopt, if one is to be.

    Raises:
        ArgumentError: something in AWS is in the way, or missing.
    """
    region, existing = account.region(), account.email_identity(args["domain"])
    if args.get("adopt"):
        return None, _verified(args["domain"], existing, region)
    zone_id = _zone_id(args, account)
    _require_own(args["domain"], existing, region)
    name = args.get("configuration_set_name")
    if name is not None and not account.has_configuration_set(name):
        checks.refuse(
            _ARGUMENT("configuration_set_name"),
            name,
            f"SES in {region} has no such configuration set",
            "look at the name and the region",
        )
    if known := checks.known(zone_id):
        planned = sender_records(args["domain"], [], mail_from(args), region, _dmarc_tags(args))
        require_free(_ARGUMENT, account, known, planned, is_new=existing is None)
    return zone_id, None


def mail_from(args: EmailIdentityArgs) -> str:
    """The MAIL FROM domain, whose name nothing else may use."""
    return f"{args.get('mail_from_subdomain', 'bounce')}.{args['domain']}"


def _verified(domain: str, existing: Optional[FoundIdentity], region: str) -> FoundIdentity:
    """The identity to adopt.

    Raises:
        ArgumentError: there is none, it is this stack's own, or SES does not let it send.
    """
    if existing is None or not existing.may_send:
        checks.refuse(
            _ARGUMENT("domain"),
            domain,
            f"SES in {region} has {'not verified it' if existing else 'no such identity to adopt'}",
            "verify it first" if existing else f"do not adopt it by {_ARGUMENT('adopt')}",
        )
    checks.not_own(_ARGUMENT("adopt"), f"the identity {domain}", existing.is_own)
    return existing


def _require_own(domain: str, existing: Optional[FoundIdentity], region: str) -> None:
    """SES does not have the identity yet, unless it is this very stack's.

    Raises:
        ArgumentError: somebody else has made it.
    """
    if existing is not None and not existing.is_own:
        rule = f"SES in {region} has this identity already, and this stack has not created it"
        first = "" if existing.may_send else "have SES verify it or delete it; once it is verified, "
        remedy = f"{first}adopt it by {_ARGUMENT('adopt')}, to send by it as it is"
        checks.refuse(_ARGUMENT("domain"), domain, rule, remedy)


def _dkim_tokens(identity: aws.sesv2.EmailIdentity) -> list[pulumi.Output[str]]:
    """The three tokens of Easy DKIM, none of which is there before the identity is.

    A preview may show the attributes as they were asked for, without tokens: the ARN holds them back.
    """
    created = pulumi.Output.all(identity.arn, identity.dkim_signing_attributes)
    tokens = created.apply(lambda parts: parts[1]["tokens"])
    return [tokens[position] for position in range(_EASY_DKIM_TOKENS)]
