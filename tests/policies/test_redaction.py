"""What is taken out of texts: each secret, in every form in which it may stand there."""

from __future__ import annotations

import json

import pytest

from enforcement.redaction import MASK, masker, secret_texts
from enforcement.wire import Secret


@pytest.mark.parametrize("secret", ['say "hidden"', "back\\slash", "tüchtig-é", 'both "é" and \\'])
@pytest.mark.parametrize("form", [str, repr, json.dumps, lambda text: json.dumps(text, ensure_ascii=False)])
def test_a_secret_is_masked_in_each_form(secret: str, form: object) -> None:
    assert callable(form)
    shown = form(secret)

    masked = masker([secret])(f"the host {shown} is not public")
    assert masked.replace("'", "").replace('"', "") == f"the host {MASK} is not public"


def test_texts_inside_secret_json_are_secret_too() -> None:
    definitions = json.dumps([{"environment": [{"name": "SMTP_HOST", "value": "hidden.example.com"}]}])

    found = set(secret_texts({"containerDefinitions": Secret(definitions), "family": "mail"}))
    assert found == {definitions, "SMTP_HOST", "hidden.example.com"}


def test_the_parts_of_a_secret_url_are_secret_too() -> None:
    url = "smtps://shop:hunter2@relay.example.com:465/?x=1"

    assert set(secret_texts(Secret(url))) == {url, "hunter2", "relay.example.com"}
    assert set(secret_texts(Secret("amqp://app:word@queue/main"))) == {"amqp://app:word@queue/main", "word"}
    assert set(secret_texts(Secret("https://relay.example.com"))) == {
        "https://relay.example.com",
        "relay.example.com",
    }


@pytest.mark.parametrize("text", ["[not json", "{", "[" * 100_000, "plain"])
def test_a_secret_that_is_no_json_is_one_text(text: str) -> None:
    assert list(secret_texts(Secret(text))) == [text]
