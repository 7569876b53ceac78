"""The published JSON Schema of what `--json` prints."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mailroute.report import as_json
from tests.cli.conftest import ROOT, Cli
from tests.cli.samples import REPORT
from tests.cli.test_formats import ASSUMED

SCHEMA = json.loads((ROOT / "docs" / "reference" / "output.schema.json").read_text(encoding="utf-8"))
REFERENCE = (ROOT / "docs" / "reference" / "output.md").read_text(encoding="utf-8")
GOLDEN = json.loads((ROOT / "tests" / "goldens" / "prod.json").read_text(encoding="utf-8"))
DOCUMENTS = {"a report": REPORT, "assumptions": ASSUMED}


def problems(document: Any, form: str) -> list[str]:
    schema = {"$ref": f"#/$defs/{form}", "$defs": SCHEMA["$defs"]}
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["rehearsal"]["properties"]["schema"]["const"] == as_json.SCHEMA
    assert SCHEMA["$id"].endswith(f"-{as_json.SCHEMA}.json")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_rehearsal_has_the_published_form(name: str) -> None:
    assert problems(json.loads(as_json.render(DOCUMENTS[name])), "rehearsal") == []


def test_what_prod_shows_has_the_published_form() -> None:
    assert problems(GOLDEN, "rehearsal") == []


def test_a_diagnosis_has_the_published_form(cli: Cli) -> None:
    account = str(ROOT / "accounts" / "prod.json")
    to = ("--service", "daadaar-backend", "--to", "smtp-relay.brevo.com:587")
    assert problems(json.loads(cli("diagnose", *to, "--evidence", account, "--json").stdout), "egress") == []


@pytest.mark.parametrize("key", ["schema", "egress", "policies"])
def test_a_rehearsal_lacks_no_key(key: str) -> None:
    assert problems({name: GOLDEN[name] for name in GOLDEN if name != key}, "rehearsal") == [
        f"{key!r} is a required property"
    ]


@pytest.mark.parametrize("form", ["rehearsal", "egress"])
def test_the_reference_lists_the_keys_of_the_schema(form: str) -> None:
    heading = "## `mailroute rehearse --json`" if form == "rehearsal" else "An entry of `egress`:"
    listed = re.findall(
        r"^\| `(\w+)` \|", REFERENCE.split(heading)[1].split("\n\n|")[1].split("\n\n")[0], re.M
    )
    schema = SCHEMA["$defs"][form]
    parts = [schema, *(SCHEMA["$defs"]["judgement"] for _ in schema.get("allOf", ()))]
    assert sorted(listed) == sorted(key for part in parts for key in part["properties"])
