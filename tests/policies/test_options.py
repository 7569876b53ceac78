"""A rule's configuration: defaults, and one clear line for what is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from enforcement import exceptions, options
from rules.apprunner_egress_route import RULE

TODAY = date(2026, 1, 5)
EXCEPTION = {"resource": "api", "reason": "until the move", "expires": "2026-01-05"}


def test_defaults_stand_in() -> None:
    configured, problems = options.read(RULE, {})
    assert problems == ()
    assert configured == {name: option["default"] for name, option in options.schema(RULE).items()}


def test_whole_numbers_arrive_as_floats() -> None:
    given = {"destinations": [{"host": "hooks.example.com", "port": 443.0}]}
    configured, problems = options.read(RULE, given)
    assert problems == ()
    assert configured["destinations"] == [{"host": "hooks.example.com", "port": 443}]
    assert isinstance(configured["destinations"][0]["port"], int)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"undetermined": "warn"}, "'undetermined' of apprunner-egress-route: 'warn' is not one of"),
        ({"hostVariables": "SMTP_HOST"}, "'hostVariables' of apprunner-egress-route: 'SMTP_HOST' is not"),
        ({"destinations": [{"host": "x"}]}, "[0]: {'host': 'x'}: 'port' is a required"),
        ({"destinations": [{"host": "x", "port": 587.5}]}, "[0].port: 587.5 is not of type 'integer'"),
        ({"destinations": [{"host": "x" * 99, "port": 0}]}, "[0].port: 0 is less than the minimum of 1"),
        ({"addresses": {"x": ["10.0.0.0/33"]}}, "x[0]: '10.0.0.0/33' is not a 'cidr'"),
        ({"exceptions": [{**EXCEPTION, "until": "x"}]}, "...: Additional properties are not allowed"),
        ({"evidence": None}, "'evidence' of apprunner-egress-route: None is not of type 'string'"),
        ({"destination": []}, "'destination' of apprunner-egress-route: there is no such option; there are"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_one_line(given: dict[str, Any], line: str) -> None:
    configured, (problem,) = options.read(RULE, given)
    assert line in str(problem)
    assert "\n" not in str(problem)
    assert len(str(problem)) < 300
    assert problem.codes == ("CONFIG_INVALID",)
    assert configured == options.read(RULE, {})[0]


def test_the_remedy_names_the_default() -> None:
    _, (problem,) = options.read(RULE, {"destinations": [{"host": "x"}]})
    assert problem.remedy.endswith("leave it out for the default, [].")
    _, (problem,) = options.read(RULE, {"destination": []})
    assert problem.remedy.endswith("or leave it out.")


@pytest.mark.parametrize("block", ["203.0.113.0/24", "203.0.113.9", "203.0.113.9/24", "2001:db8::/32"])
def test_an_address_or_a_block_is_taken(block: str) -> None:
    configured, problems = options.read(RULE, {"addresses": {"smtp.example.com": [block]}})
    assert problems == ()
    assert configured["addresses"] == {"smtp.example.com": [block]}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (EXCEPTION, None),
        ({**EXCEPTION, "expires": "2026-01-04"}, "EXCEPTION_EXPIRED"),
        ({**EXCEPTION, "expires": "2026-13-01"}, "EXCEPTION_INVALID"),
        ({**EXCEPTION, "reason": "  "}, "EXCEPTION_INVALID"),
    ],
)
def test_an_exception_has_a_reason_and_a_last_day(given: dict[str, Any], code: str | None) -> None:
    exemptions, problems = exceptions.read({"exceptions": [given]}, TODAY)
    assert [problem.codes for problem in problems] == ([] if code is None else [(code,)])
    assert len(exemptions) == (1 if code is None else 0)
