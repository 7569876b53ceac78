"""An account goes in; a configuration, the imports and what is left to a person come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from evidence import file
from mailroute.adoption import Adoption, AdoptionError, Wanted, adopt, service_in
from tests.adoption.services import (
    ARN,
    NAME,
    PRIVATE,
    REGION,
    SECRETS,
    SERVICE,
    SERVICES,
    TABLE,
    VPC,
    Properties,
    Running,
    endpoint,
    identity,
    image,
    merged,
    nat_gateway,
)
from tests.adoption.test_stacks import stack_of

MAIN_TABLE = "rtb-06a9d3c08fb1e7524"
DATABASE, CONNECTOR = "sg-08c3d5e60fa1b7294", "sg-01e6a4f3bd829c57e"
ZONE = "Z0573219KQ7M4TXB1R8E"


def adopted(
    running: Running,
    wanted: Wanted | None = None,
    *,
    account: Mapping[str, Properties] | None = None,
    unread: Sequence[Properties] = (),
    live: bool = True,
) -> Adoption:
    """The service of `running`, with changes to the resources of its account by their ids."""
    document = {**running.document, "unread": unread}
    document["resources"] = [
        {**each, "properties": merged(each["properties"], (account or {}).get(each["id"], {}))}
        for each in document["resources"]
    ]
    return adopt(document, service_in(document, NAME), wanted or running.wanted, live=live)


def plain(changes: Properties | None = None, **properties: Any) -> Running:
    return Running({}, changes or {}, options=(), **properties)


@pytest.mark.parametrize("running", SERVICES.values(), ids=SERVICES)
def test_the_configuration_says_what_the_service_has(running: Running) -> None:
    adoption = adopted(running)
    assert {key: adoption.config.get(key) for key in running.expected} == running.expected
    assert adoption.config["aws:region"] == REGION
    assert (adoption.config["serviceName"], adoption.config["vpcId"]) == (NAME, VPC)
    assert adoption.config["privateSubnetIds"] == PRIVATE


def test_the_imports_are_the_component_and_its_parts() -> None:
    component, *parts = adopted(SERVICES["custom domain and web ACL"]).imports
    kind = "mailroute:index:AppRunnerService"
    assert component == {"type": kind, "name": "component", "logicalName": "service", "component": True}
    assert [(each["name"], each.get("logicalName"), each["id"]) for each in parts] == [
        ("service", None, ARN),
        ("service-any.daadaar.com", None, f"*.daadaar.com,{ARN}"),
        ("service-api.daadaar.com", None, f"api.daadaar.com,{ARN}"),
        (
            "service-web-acl",
            "service",
            f"{SERVICES['custom domain and web ACL'].expected['webAclArn']},{ARN}",
        ),
    ]
    assert {each["parent"] for each in parts} == {"component"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_KEY", "4f1c"),
        ("sessionSecret", "4f1c"),
        ("DATABASE", "postgres://user:hunter2@db/shop"),
        ("DATABASE", "postgres://user:hun/ter2@db/shop"),
        ("QUEUE", "user:hunter2@queue:25"),
        ("DSN", "Server=db;User Id=u;Password=hunter2"),
        ("CERTIFICATE", "-----BEGIN PRIVATE KEY-----"),
        ("BOT", "eyJhbGciOiJIUzI1NiJ9.e30.x"),
        ("AWS", "AKIAIOSFODNN7EXAMPLE"),
        ("HDR", "Bearer hunter2hunter2"),
        ("HDR", "basic dTpodW50ZXIy"),
        ("DB_PW", "hunter2"),
        ("BASIC_AUTH", "admin:hunter2"),
        ("SLACK", "https://hooks.slack.com/services/T1/B1/hunter2"),
        ("SENDGRID", "SG.hunter2"),
        ("OPENAI", "sk-proj-hunter2"),
        ("GITLAB", "glpat-hunter2"),
        ("BLOB", "AccountName=a;AccountKey=hunter2"),
        ("SAS_URL", "https://a.blob.core.windows.net/c?sv=1&sig=hunter2"),
        ("STRIPE", "sk_test_hunter2"),
        ("NOT_READ", None),
    ],
)
def test_what_may_be_secret_is_named_and_not_written(name: str, value: str | None) -> None:
    running = plain(image(runtimeEnvironmentVariables={name: value or "x", "LOG_LEVEL": "info"}))
    document = running.document
    service = service_in(document, NAME)
    variables = service["properties"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    variables["runtimeEnvironmentVariables"][name] = value
    adoption = adopt(document, service, Wanted(), live=True)
    assert adoption.config["environment"] == {name: None, "LOG_LEVEL": "info"}
    [line] = [line for line in adoption.left_out if line.startswith(f"environment.{name}: ")]
    assert value is None or value not in line
    assert f"pulumi config set --secret --path 'environment.{name}'" in line


def test_a_parameter_by_name_is_written_as_its_arn() -> None:
    running = plain(image(runtimeEnvironmentSecrets={"FLAG": "/shop/flag"}))
    file.validate(running.document, "a snapshot")
    adoption = adopted(running)
    assert adoption.config["secrets"]["FLAG"] == f"arn:aws:ssm:{REGION}:123456789012:parameter/shop/flag"
    assert "secrets.FLAG: it names a parameter: its ARN is written, which is a change" in adoption.left_out


@pytest.mark.parametrize("option", ["--api-token=hunter2", "--password hunter2"])
def test_a_command_with_a_secret_stays_out_of_the_file(option: str) -> None:
    adoption = adopted(plain(image(startCommand=f"serve {option}")))
    assert "startCommand" not in adoption.config
    assert "startCommand: it may hold a secret: it stays as it is, outside of the configuration" in (
        adoption.left_out
    )


@pytest.mark.parametrize(
    ("rule", "destinations"),
    [
        (
            {"protocol": "tcp", "fromPort": 5432, "toPort": 5433},
            [
                {"name": "daadaar-database-5432", "port": 5432},
                {"name": "daadaar-database-5433", "port": 5433},
            ],
        ),
        ({"protocol": "-1", "fromPort": 0, "toPort": 0}, [{"name": "daadaar-database"}]),
        ({"protocol": "tcp", "fromPort": 1024, "toPort": 65535}, [{"name": "daadaar-database"}]),
        ({"protocol": "udp", "fromPort": 53, "toPort": 53}, [{"name": "daadaar-database"}]),
    ],
)
def test_a_group_that_lets_the_connector_in_is_one(rule: Properties, destinations: list[Properties]) -> None:
    adoption = adopted(plain(), account={DATABASE: {"ingress": [{**rule, "securityGroups": [CONNECTOR]}]}})
    expected = [{**each, "securityGroupId": DATABASE} for each in destinations]
    assert adoption.config["destinations"][:-1] == expected
    wide = [line for line in adoption.left_out if "it becomes every protocol and port" in line]
    assert len(wide) == (rule["protocol"] == "udp" or rule["toPort"] == 65535)


def test_a_group_that_lets_itself_in_counts_for_the_connector() -> None:
    ingress = [{"protocol": "tcp", "fromPort": 6379, "toPort": 6379, "self": True}]
    adoption = adopted(plain(), account={CONNECTOR: {"ingress": ingress}})
    own = {"name": "daadaar-connector", "port": 6379, "securityGroupId": CONNECTOR}
    assert own in adoption.config["destinations"]


@pytest.mark.parametrize("there", [False, True])
def test_what_the_old_connector_may_call_the_new_one_may(there: bool) -> None:
    egress = [
        {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["0.0.0.0/0"]},
        {"protocol": "tcp", "fromPort": 9200, "toPort": 9200, "cidrBlocks": ["172.31.5.0/24"]},
        {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "securityGroups": [DATABASE]},
    ]
    running = plain(there=nat_gateway() if there else ())
    adoption = adopted(running, account={CONNECTOR: {"egress": egress}})
    assert adoption.config["reachVpc"] is False
    blocks = {
        (each["cidrBlock"], each["port"]) for each in adoption.config["destinations"] if "cidrBlock" in each
    }
    assert blocks == {("172.31.5.0/24", 9200), ("0.0.0.0/0" if there else "172.31.0.0/16", 443)}


def test_a_second_block_of_the_vpc_is_inside() -> None:
    kind, block = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", "100.64.0.0/16"
    more = {"type": kind, "id": "vpc-cidr-assoc-1", "properties": {"vpcId": VPC, "cidrBlock": block}}
    egress = [{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": [block]}]
    adoption = adopted(plain(there=[more]), account={CONNECTOR: {"egress": egress}})
    assert {"name": "block-100-64-0-0-16", "port": 5432, "cidrBlock": block} in adoption.config[
        "destinations"
    ]


def test_port_25_is_opened_to_no_block() -> None:
    tcp = {"protocol": "tcp", "fromPort": 25, "toPort": 26}
    egress = [{**tcp, "cidrBlocks": ["0.0.0.0/0"]}, {**tcp, "toPort": 25, "cidrBlocks": ["172.31.5.0/24"]}]
    account = {CONNECTOR: {"egress": egress}, DATABASE: {"ingress": [{**tcp, "securityGroups": [CONNECTOR]}]}}
    adoption = adopted(plain(there=nat_gateway()), account=account)
    opened = [(each.get("cidrBlock"), each["port"]) for each in adoption.config["destinations"]]
    assert opened[:2] + opened[3:] == [(None, 25), (None, 26), ("0.0.0.0/0", 26)]
    assert (
        "destinations: port 25 is opened to no address block: AWS blocks it; mail takes 587"
        in adoption.left_out
    )


@pytest.mark.parametrize("rules", [(0, 1), (1, 0)])
def test_what_is_open_on_every_port_is_said_once(rules: tuple[int, int]) -> None:
    peer = {"securityGroups": [f"123456789012/{CONNECTOR}"]}
    both = [{"protocol": "-1", **peer}, {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, **peer}]
    egress = [
        {"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]},
        {"protocol": "tcp", "fromPort": 9200, "toPort": 9200, "cidrBlocks": ["172.31.5.0/24"]},
    ]
    changes = {DATABASE: {"ingress": [both[at] for at in rules]}, CONNECTOR: {"egress": egress}}
    config = adopted(plain(), account=changes).config
    assert config["reachVpc"] is True
    assert config["destinations"] == [
        {"name": "daadaar-database", "securityGroupId": DATABASE},
        {"name": "daadaar-redis", "port": 6379, "securityGroupId": "sg-0f47a91c2bd6e8053"},
    ]


def test_the_route_s_own_destination_is_left_to_it() -> None:
    there = [*endpoint(), *identity()]
    ports = {"SMTP_HOST": f"email-smtp.{REGION}.amazonaws.com", "SMTP_PORT": "465"}
    changes = image(runtimeEnvironmentVariables=ports)
    group = {"name": "smtp", "port": 465, "securityGroupId": "sg-0e4d00d4b51ae79c3"}
    by_ses = adopted(Running({}, changes, there)).config
    by_nat = adopted(Running({}, changes, there), Wanted("nat")).config
    assert group not in by_ses["destinations"]
    assert group in by_nat["destinations"]
    assert by_ses["smtpPort"] == 465
    blocked = merged(changes, image(runtimeEnvironmentVariables={"SMTP_PORT": "2525"}))
    assert "smtpPort" not in adopted(Running({}, blocked, there)).config


@pytest.mark.parametrize("route", ["nat", "both", "ses"])
def test_what_lets_out_to_the_relay_is_left_to_the_route(route: str) -> None:
    rules = [
        {"protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": ["0.0.0.0/0"]}
        for port in (443, 587)
    ]
    running = Running({}, there=nat_gateway())
    config = adopted(running, Wanted(route, "daadaar.com"), account={CONNECTOR: {"egress": rules}}).config
    ports = [each["port"] for each in config["destinations"] if each.get("cidrBlock") == "0.0.0.0/0"]
    assert ports == ([443, 587] if route == "ses" else [443])


@pytest.mark.parametrize("name", ["Relay", "SES", "relay"])
def test_a_group_called_like_a_route_gets_another_name(name: str) -> None:
    config = adopted(plain(), account={DATABASE: {"name": name}}).config
    [named] = [each["name"] for each in config["destinations"] if each.get("securityGroupId") == DATABASE]
    assert named == f"{name.lower()}-2"


def test_ses_of_another_region_is_the_relay_and_named() -> None:
    changes = image(runtimeEnvironmentVariables={"SMTP_HOST": "email-smtp.eu-west-1.amazonaws.com"})
    running = Running({}, changes, options=("--domain", "daadaar.com"))
    lines = {
        None: "no endpoint in us-east-1 leads there: it is the relay",
        "ses": "the stack's is that of us-east-1, with an identity, a quota and credentials of its own",
    }
    for route, line in lines.items():
        adoption = adopted(running, Wanted(route, "daadaar.com"))
        assert adoption.config["route"] == (route or "nat")
        assert adoption.config["relayHost"] == "email-smtp.eu-west-1.amazonaws.com"
        [said] = [each for each in adoption.left_out if each.startswith("route ses")]
        assert said == f"route ses: it sends by SES of eu-west-1 today: {line}"


def test_rules_that_a_destination_cannot_say_are_named() -> None:
    egress = [{"protocol": "-1", "prefixListIds": ["pl-63a5400a"]}]
    adoption = adopted(plain(), account={CONNECTOR: {"egress": egress}})
    assert [line for line in adoption.left_out if "pl-63a5400a" in line] == [
        f"destinations: {CONNECTOR} lets traffic out to pl-63a5400a: "
        "a destination is an IPv4 block or a group"
    ]


def test_a_default_route_elsewhere_is_no_nat_gateway() -> None:
    routes = [{"cidrBlock": "0.0.0.0/0", "transitGatewayId": "tgw-0123456789abcdef0", "state": "active"}]
    adoption = adopted(plain(), account={TABLE: {"routes": routes}})
    assert "adopt" not in adoption.config
    assert any(line.startswith(f"route nat: {TABLE} sends 0.0.0.0/0 to tgw-") for line in adoption.left_out)


NAT_ROUTE = {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0123456789abcdef0", "state": "active"}
ONE_SUBNET = [{"routeTableAssociationId": "rtbassoc-1", "subnetId": PRIVATE[0]}]


@pytest.mark.parametrize(
    ("account", "without"),
    [
        ({TABLE: {"routes": [{**NAT_ROUTE, "state": "blackhole"}]}}, ""),
        ({TABLE: {"routes": [NAT_ROUTE], "associations": ONE_SUBNET}}, ""),
        ({TABLE: {"routes": [NAT_ROUTE], "associations": ONE_SUBNET}}, MAIN_TABLE),
    ],
)
def test_a_gateway_is_adopted_where_every_subnet_has_it(account: dict[str, Any], without: str) -> None:
    running = plain(there=nat_gateway(), without=without)
    assert adopted(running).config["adopt"] == ["nat"]
    assert "adopt" not in adopted(running, account=account).config


def test_a_gateway_of_the_main_table_is_not_adopted() -> None:
    changes: dict[str, Properties] = {
        VPC: {"mainRouteTableId": TABLE, "defaultRouteTableId": TABLE},
        TABLE: {"associations": [{"main": True}]},
        MAIN_TABLE: {"associations": []},
    }
    adoption = adopted(plain(there=nat_gateway()), account=changes)
    assert "adopt" not in adoption.config
    assert any(f"{', '.join(PRIVATE)} use the VPC's main route table" in line for line in adoption.left_out)


def test_an_endpoint_of_another_vpc_is_not_adopted() -> None:
    changes = {"vpce-0123456789abcdef0": {"vpcId": "vpc-0123456789abcdef0"}}
    assert "adopt" not in adopted(Running({}, there=endpoint()), account=changes).config


def test_an_endpoint_without_private_dns_is_not_adopted() -> None:
    adoption = adopted(Running({}, there=endpoint(private_dns=False)))
    assert "adopt" not in adoption.config
    assert "smtp" in [each["name"] for each in adoption.config["destinations"]]
    assert any("vpce-0123456789abcdef0 has private DNS off" in line for line in adoption.left_out)


@pytest.mark.parametrize(
    ("there", "live", "says"),
    [
        ((), True, ""),
        ((), False, "adopt identity: the file does not show SES"),
        (identity(verified=False), True, "adopt identity: SES has not verified daadaar.com yet"),
    ],
)
def test_an_identity_is_adopted_once_it_is_verified(there: Any, live: bool, says: str) -> None:
    adoption = adopted(Running({}, there=there), live=live)
    assert (adoption.config["domain"], adoption.config.get("adopt")) == ("daadaar.com", None)
    assert adoption.config["zoneId"] == ZONE
    said = [line for line in adoption.left_out if line.startswith("adopt identity")]
    assert [line.startswith(says) for line in said] == ([True] if says else [])


def record(name: str, type_: str) -> Properties:
    properties = {"zoneId": ZONE, "name": name, "type": type_}
    return {"type": "aws:route53/record:Record", "id": f"{ZONE}_{name}_{type_}", "properties": properties}


def test_records_that_are_in_the_way_are_gone_around() -> None:
    there = [record("_dmarc.daadaar.com", "TXT"), record("bounce.daadaar.com", "CNAME")]
    config = adopted(Running({}, there=there)).config
    assert (config["dmarcPolicy"], config["mailFromSubdomain"]) == ("unmanaged", "bounces")
    assert adopted(Running({}), Wanted("ses", "example.org")).config["dns"] == "external"


def zone(identity: str, name: str, **properties: Any) -> Properties:
    return {"type": "aws:route53/zone:Zone", "id": identity, "properties": {"name": name, **properties}}


def test_the_nearest_public_zone_takes_the_records() -> None:
    wanted = Wanted("ses", "mail.daadaar.com")
    private = zone("Z2", "mail.daadaar.com", vpcs=[{"vpcId": VPC}])
    elsewhere = {**record("bounce.mail.daadaar.com", "A"), "id": "other"}
    elsewhere["properties"]["zoneId"] = "Z2"
    config = adopted(Running({}, there=[private, elsewhere]), wanted).config
    assert config["zoneId"] == ZONE
    assert "mailFromSubdomain" not in config
    nearer = adopted(Running({}, there=[zone("Z3", "mail.daadaar.com")]), wanted)
    assert nearer.config["zoneId"] == "Z3"
    assert any(line.startswith("dmarcPolicy: the records of mail.daadaar.com") for line in nearer.left_out)
    twice = adopted(
        Running({}, there=[zone("Z3", "mail.daadaar.com"), zone("Z4", "mail.daadaar.com")]), wanted
    )
    assert "zoneId" not in twice.config
    assert any(line.startswith("zoneId: Z3 and Z4 are both zones of") for line in twice.left_out)


def test_with_both_routes_mail_goes_on_as_today() -> None:
    assert adopted(Running({}), Wanted("both", "daadaar.com")).config["mailThrough"] == "nat"


def test_what_is_off_is_not_written() -> None:
    config = adopted(
        plain(
            {
                "healthCheckConfiguration": {"protocol": "TCP", "path": "/health"},
                "observabilityConfiguration": {"observabilityConfigurationArn": "arn:old"},
            }
        )
    ).config
    assert not {"healthCheckPath", "observabilityConfigurationArn"} & config.keys()


def test_a_health_check_with_a_secret_stays_as_it_is(tmp_path: Path) -> None:
    check = {"protocol": "HTTP", "path": "/up?token=hunter2", "interval": 7}
    running = Running({}, {"healthCheckConfiguration": check})
    adoption = adopted(running)
    assert "healthCheckPath" not in adoption.config
    assert adoption.config["healthCheck"]["protocol"] == "HTTP"
    assert any(line.startswith("healthCheckPath: it may hold a secret") for line in adoption.left_out)
    stack = stack_of(running, tmp_path)
    assert stack.up().error is None
    [service] = stack.account.of(SERVICE)
    assert {**service.get("healthCheckConfiguration"), **check} == service.get("healthCheckConfiguration")


def test_the_domains_of_another_service_are_not_its_own() -> None:
    running = SERVICES["custom domain and web ACL"]
    other = {"serviceArn": "arn:other", "resourceArn": "arn:other"}
    changes = {each["id"]: other for each in running.there}
    adoption = adopted(running, account=changes)
    assert not {"customDomains", "webAclArn"} & adoption.config.keys()
    assert [each["name"] for each in adoption.imports] == ["component", "service"]


def test_a_relay_that_no_secret_signs_in_with_is_named() -> None:
    reference = f"{SECRETS}other-Ab12Cd"
    adoption = adopted(plain(image(runtimeEnvironmentSecrets={"SMTP_PASS": reference})))
    assert adoption.config["relaySecretArn"] is None
    assert any(line.startswith("relaySecretArn: SMTP_USER and SMTP_PASS") for line in adoption.left_out)
    running = plain(image(runtimeEnvironmentSecrets={"SMTP_PASS": reference}))
    assert "relaySecretArn" not in adopted(running, Wanted("ses", "a.example")).config
    two = {"SMTP_USER": f"{SECRETS}one-Ab12Cd:username::"}
    assert adopted(plain(image(runtimeEnvironmentSecrets=two))).config["relaySecretArn"] is None
    for port in ("25", "0", "99999", "9" * 5000):
        blocked = adopted(plain(image(runtimeEnvironmentVariables={"SMTP_PORT": port})))
        assert "relayPort" not in blocked.config
        assert any(line.startswith("relayPort: SMTP_PORT is none") for line in blocked.left_out)


def test_a_port_in_a_secret_is_left_to_a_person() -> None:
    secrets = {"SMTP_PORT": f"{SECRETS}port-Ab12Cd"}
    running = plain(image(runtimeEnvironmentVariables={"SMTP_PORT": None}, runtimeEnvironmentSecrets=secrets))
    adoption = adopted(running)
    assert adoption.config["relayPort"] is None
    assert "relayPort: SMTP_PORT is a secret: set it to the relay's port" in adoption.left_out


def test_a_relay_that_is_not_known_is_left_to_a_person() -> None:
    variables = {"SMTP_HOST": None, "EMAIL_HOST": "mail.example.com"}
    running = plain()
    document = running.document
    service = service_in(document, NAME)
    configuration = service["properties"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    configuration["runtimeEnvironmentVariables"] = variables
    adoption = adopt(document, service, Wanted(), live=True)
    assert adoption.config["relayHost"] is None
    assert adoption.config["environment"] == {"EMAIL_HOST": "mail.example.com"}
    said = [line.partition(":")[0] for line in adoption.left_out]
    assert said == ["relayHost", "tags", "webAclArn", "EMAIL_HOST"]


def test_a_relay_by_another_kind_of_name_is_named() -> None:
    running = plain(image(runtimeEnvironmentVariables={"SMTP_HOST": "Mail.example.com."}))
    for wanted, written in ((Wanted(), {"relayHost": None}), (Wanted("ses", "a.example"), {})):
        adoption = adopted(running, wanted)
        assert {key: value for key, value in adoption.config.items() if key == "relayHost"} == written
        [line] = [line for line in adoption.left_out if line.startswith("relayHost: ")]
        assert "SMTP_HOST is no domain name in lower case" in line


def test_what_a_file_does_not_show_is_named() -> None:
    said = [line.partition(":")[0] for line in adopted(plain(), live=False).left_out]
    assert said == ["tags", "customDomains, webAclArn"]


def test_the_tags_of_aws_and_of_the_stack_are_not_taken() -> None:
    tags = {"aws:cloudformation:stack-name": "legacy", "Name": "backend", "team": "sign-up"}
    adoption = adopted(plain({"tags": tags}))
    assert adoption.config["tags"] == {"team": "sign-up"}
    assert [line for line in adoption.left_out if line.startswith("tags.")] == [
        "tags.Name: the stack sets this tag itself"
    ]


def test_a_size_in_words_is_written_in_units() -> None:
    config = adopted(plain({"instanceConfiguration": {"cpu": "0.5 vCPU", "memory": "1 GB"}})).config
    assert (config["cpu"], config["memory"]) == ("512", "1024")


REFUSED: dict[str, tuple[Properties, Wanted, str]] = {
    "no connector": (
        {"networkConfiguration": {"egressConfiguration": {"egressType": "DEFAULT", "vpcConnectorArn": None}}},
        Wanted(),
        f"{NAME} has no VPC connector",
    ),
    "no domain": ({}, Wanted("ses"), "the route ses sends by SES: name the sender's domain with --domain"),
    "no domain name": (
        {},
        Wanted("ses", "not a domain"),
        "--domain 'not a domain' is no domain name: give one such as example.com",
    ),
    "paused": (
        {"status": "PAUSED"},
        Wanted(),
        f"{NAME} is PAUSED, and App Runner updates a service that is RUN",
    ),
    "no size": ({"instanceConfiguration": {"cpu": None}}, Wanted(), "instanceConfiguration.cpu is not there"),
    "apprunner.yaml": (
        {
            "sourceConfiguration": {
                "codeRepository": {"codeConfiguration": {"configurationSource": "REPOSITORY"}}
            }
        },
        Wanted(),
        f"{NAME} takes its settings from apprunner.yaml",
    ),
}


@pytest.mark.parametrize(("changes", "wanted", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_adopted_is_one_line(changes: Properties, wanted: Wanted, says: str) -> None:
    with pytest.raises(AdoptionError) as raised:
        adopted(plain(), wanted, account={ARN: changes})
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "action",
    [
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeRouteTables",
        "ses:GetEmailIdentity",
        "route53:ListHostedZones",
    ],
)
def test_nothing_is_made_of_an_account_that_was_not_read(action: str) -> None:
    with pytest.raises(AdoptionError, match=f"not read: {action}: AccessDenied: no: allow it"):
        adopted(SERVICES["the incident's"], unread=[{"action": action, "reason": "AccessDenied: no"}])


def test_a_service_without_its_arn_cannot_be_imported() -> None:
    document = SERVICES["the incident's"].document
    service = {**service_in(document, NAME), "id": "backend"}
    with pytest.raises(AdoptionError, match="the id of the service is 'backend': it has to be its ARN"):
        adopt(document, service, Wanted(), live=True)


def test_a_service_that_is_not_there_is_named_with_the_others() -> None:
    document = SERVICES["the incident's"].document
    with pytest.raises(AdoptionError, match=f"no App Runner service 'shop' in the account: .* {NAME}"):
        service_in(document, "shop")
    document["resources"].append({"type": SERVICE, "id": f"{ARN}2", "properties": {"serviceName": NAME}})
    with pytest.raises(AdoptionError, match=f"is the name of 2 services: give one of {ARN}"):
        service_in(document, NAME)
    assert service_in(document, ARN)["id"] == ARN
