"""`mailroute adopt` over a live account: what it reads, and what it says of what it cannot read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.evidence.account import RELAY, SCALING, SECRET, Account, verified
from tests.evidence.conftest import ROOT, Command
from tests.evidence.front import Front


@pytest.fixture
def whole(account: Account, front: Front) -> Account:
    """A service with everything that is asked for beside it."""
    front.answers |= {"ses:GetEmailIdentity": verified(), **account.web_acl()}
    front.app_runner.tags.append({"Key": "team", "Value": "mail"})
    front.app_runner.domains.append(account.custom_domain())
    service = front.app_runner.services[-1]
    image = service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    image |= {"Port": "8000", "StartCommand": "serve"}
    service |= {
        "HealthCheckConfiguration": {"Protocol": "HTTP", "Path": "/up", "Interval": 7, "Timeout": 3},
        "ObservabilityConfiguration": {"ObservabilityEnabled": False},
    }
    service["NetworkConfiguration"]["IngressConfiguration"] = {"IsPubliclyAccessible": False}
    return account


def adopted(mailroute: Command, *options: str) -> tuple[dict[str, Any], str]:
    """The configuration that is printed, and what is said beside it."""
    service = ("--service", "shop", "--program", str(ROOT), "--stack", "new", "--dry-run")
    result = mailroute("adopt", *service, *options)
    assert result.returncode == 0, result.stderr
    assert "hunter2" not in result.stdout + result.stderr
    text = result.stdout.partition("# import.new.json")[0]
    return yaml.safe_load(text)["config"], result.stderr


def test_all_that_a_service_has_is_read(whole: Account, mailroute: Command) -> None:
    config, errors = adopted(mailroute, "--route", "ses", "--domain", "example.com")
    arn = whole.front.app_runner.services[-1]["ServiceArn"]
    assert config == {
        "aws:region": "us-east-1",
        "mailroute:route": "ses",
        "mailroute:relayHost": RELAY,
        "mailroute:relayPort": 587,
        "mailroute:domain": "example.com",
        "mailroute:adopt": ["identity"],
        "mailroute:vpcId": whole.vpc,
        "mailroute:privateSubnetIds": whole.private,
        "mailroute:serviceName": "shop",
        "mailroute:port": "8000",
        "mailroute:startCommand": "serve",
        "mailroute:image": "public.ecr.aws/shop/shop:1",
        "mailroute:cpu": "256",
        "mailroute:memory": "512",
        "mailroute:autoScalingConfigurationArn": SCALING,
        "mailroute:healthCheckPath": "/up",
        "mailroute:healthCheck": {"interval": 7, "timeout": 3},
        "mailroute:ingress": "private",
        "mailroute:tags": {"team": "mail"},
        "mailroute:customDomains": [{"domain": "app.example.com", "www": True, "dns": "external"}],
        "mailroute:webAclArn": whole.web_acl()["wafv2:GetWebACLForResource"]["WebACL"]["ARN"],
        "mailroute:secrets": {"DB": SECRET},
        "mailroute:instanceRoleArn": "new",
        "mailroute:reachVpc": True,
    }
    assert [line.split(": ")[1] for line in errors.splitlines()] == [
        "relaySecretArn",
        "instanceRoleArn",
        "customDomains",
    ]
    assert arn in mailroute("adopt", "--service", arn, "--program", str(ROOT), "--dry-run").stdout


def test_what_is_there_of_a_path_is_adopted(whole: Account, mailroute: Command) -> None:
    whole.nat()
    whole.endpoint()
    assert adopted(mailroute)[0]["mailroute:adopt"] == ["endpoint", "nat"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--service", "cafe"), "there is no App Runner service 'cafe' in us-east-1; App Runner has shop"),
        (
            ("--service", "arn:aws:lambda:us-east-1:123456789012:function:shop"),
            "is not an App Runner service",
        ),
        (
            ("--service", f"arn:aws:apprunner:us-east-1:123456789012:service/shop/{'b' * 32}"),
            "there is no App Runner service",
        ),
    ],
)
def test_another_service_is_one_line(
    whole: Account, mailroute: Command, arguments: tuple[str, ...], says: str
) -> None:
    result = mailroute("adopt", *arguments, "--program", str(ROOT), "--dry-run")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert says in result.stderr


@pytest.mark.parametrize("action", ["apprunner:ListTagsForResource", "ec2:DescribeSecurityGroups"])
def test_what_is_not_read_ends_it_without_a_file(
    whole: Account, front: Front, mailroute: Command, tmp_path: Path, action: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_bytes((ROOT / "Pulumi.yaml").read_bytes())
    front.denied = {action}
    result = mailroute("adopt", "--service", "shop", "--program", tmp_path)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert action in result.stderr
    assert [path.name for path in tmp_path.glob("*.*ml")] == ["Pulumi.yaml"]
