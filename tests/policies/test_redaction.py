"""What is taken out of texts: each secret, in every form in which it may stand there."""

from __future__ import annotations

import html
import json
import re
import shlex
import string
import textwrap
import time
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from itertools import product
from random import Random
from urllib.parse import quote, quote_plus

import pytest
import yaml

from enforcement.masking import MASK, Masker
from enforcement.redaction import secret_texts
from enforcement.visible import readings
from enforcement.wire import Secret
from mailroute.report import clean
from tests.conftest import Rounds

pytestmark = pytest.mark.hostile("secrets")


def in_octal(text: str, plain: str = r"[!-&(-\[\]-~]") -> str:
    """`text` as `printf %q` of bash writes it where it cannot show it: `$'...'`, with bytes in octal."""
    characters = (
        character
        if re.fullmatch(plain, character)
        else "".join(f"\\{byte:03o}" for byte in character.encode())
        for character in text
    )
    return f"$'{''.join(characters)}'"


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "repr": repr,
    "ascii": ascii,
    "repr among single quotes": lambda text: repr(f"{text} can't"),
    "repr among both quotes": lambda text: repr(f"""{text} can't "it" """),
    "repr of repr": lambda text: repr(repr(text)),
    "bytes": lambda text: repr(text.encode()),
    "JSON": json.dumps,
    "JSON in Unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"password": text})),
    "JSON in JSON in JSON": lambda text: json.dumps(json.dumps(json.dumps([text]))),
    "YAML": lambda text: yaml.safe_dump({"password": text}, width=4096),
    "one line": lambda text: " ".join(text.split()),
    "URL": quote,
    "URL, all of it": lambda text: quote(text, safe=""),
    "URL in small letters": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "form": quote_plus,
    "JSON in a URL": lambda text: quote(json.dumps(text)),
    "URL in JSON in a URL": lambda text: quote_plus(json.dumps(quote(text))),
    "shell": shlex.quote,
    "shell, with backslashes": lambda text: re.sub(r"([^a-zA-Z0-9])", r"\\\1", text),
    "shell, in bytes": lambda text: in_octal(text),
    "shell, all in bytes": lambda text: in_octal(text, plain="[a-zA-Z0-9]"),
    "HTML": html.escape,
    "HTML in HTML": lambda text: html.escape(html.escape(text)),
    "HTML in ASCII": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    "HTML in numbers": lambda text: re.sub("[^a-zA-Z0-9]", lambda found: f"&#{ord(found[0])};", text),
    "HTML in hexadecimal": lambda text: re.sub(
        "[^a-zA-Z0-9]", lambda found: f"&#x{ord(found[0]):04X};", text
    ),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 with more": lambda text: b64encode(f"user:{text}@host".encode()).decode(),
    "base64 with less": lambda text: b64encode(f"me:{text}".encode()).decode(),
    "base64 with a colon": lambda text: b64encode(f":{text}".encode()).decode(),
}
SECRETS = [
    'say "hidden"',
    "won't be hidden",
    'back\\slash\\\\"es\\',
    "tüchtig-é",
    'both "é" won\'t \\',
    "p@ss/w+rd?&=%<x>",
    "-----BEGIN KEY-----\nMIIEvQ+IBADA/NBg==\n-----END KEY-----\n",
    "tab\tand\r\nlines",
    "\\begins-with-a-backslash",
    "🔑 key \x1b[0m",
    "correct horse battery staple",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_each_form(
    secret: str, form: str, record_property: Callable[[str, object], None]
) -> None:
    masked = Masker([secret])(f"the value {FORMS[form](secret)} is wrong")
    assert MASK in masked
    assert not [word for word in re.findall("[A-Za-z0-9]{3,}", secret) if word in masked]
    assert len(masked) <= len(f"the value {MASK} is wrong") + len("'password: ") + len("dXNlcjpAaG9zdA==")
    record_property("measured", {"secrets that are masked in a form of theirs": {"total": 1}})


CHARACTERS = [
    *("a", "7", "word", *string.punctuation, *string.punctuation, "\\", "\\", "'", '"'),
    *(" ", "\n", "\t", "é", "ü", "🔑", "\x1b", "\u202e", "\xa0"),
]


@pytest.mark.fuzz
@pytest.mark.parametrize("form", FORMS)
def test_any_secret_is_masked_in_each_form(form: str, rounds: Rounds) -> None:
    random = Random(form)
    for _ in range(rounds(test=20, fuzz=5_000)):
        secret = "".join(("Zq7", *random.choices(CHARACTERS, k=random.randint(1, 14)), "Q9z"))
        shown = FORMS[form](secret)
        masked = Masker([secret])(shown)
        assert "Zq7" not in masked, (secret, shown)
        assert "Q9z" not in masked, (secret, shown)
        assert MASK in masked, (secret, shown)


def test_each_line_of_a_secret_is_masked_by_itself() -> None:
    mask = Masker(["BEGIN KEY\n  MIIEvQIBADANBg\n\n}\nEND KEY\n"])
    lines = ["BEGIN KEY", "MIIEvQIBADANBg", "}", "END KEY", "other"]
    assert [mask(line) for line in lines] == [MASK, MASK, "}", MASK, "other"]


def test_secrets_that_overlap_are_masked_as_one() -> None:
    assert Masker(["abcdef", "defghi"])("an abcdefghi and an abcabcdef") == f"an {MASK} and an abc{MASK}"
    assert Masker(["pass", "password"])("password, pass") == f"{MASK}, {MASK}"


KEY = "\n".join(["-----BEGIN KEY-----", *textwrap.wrap("0123456789Ab/C+d" * 20, 64), "-----END KEY-----"])
LINES: dict[str, Callable[[str], str]] = {
    "of a mail": lambda text: encodebytes(text.encode()).decode(),
    "of a mail, with more": lambda text: encodebytes(f"user:{text}:x".encode()).decode(),
    "of a mail, as Python has them": lambda text: repr(encodebytes(text.encode())),
    "of a key": lambda text: "\n".join(textwrap.wrap(b64encode(text.encode()).decode(), 64)),
    "for URLs": lambda text: "\n".join(textwrap.wrap(urlsafe_b64encode(text.encode()).decode(), 76)),
}


@pytest.mark.parametrize("form", LINES)
@pytest.mark.parametrize("secret", [KEY, "a passphrase, " * 10, bytes(range(33, 126)).decode()])
def test_each_line_of_base64_is_masked(form: str, secret: str) -> None:
    assert_masked_in_lines(secret, LINES[form](secret))


def test_a_key_whose_lines_are_broken_anew_is_masked() -> None:
    assert_masked_in_lines(KEY, textwrap.fill(KEY.replace("\n", ""), 60))


def assert_masked_in_lines(secret: str, shown: str) -> None:
    mask = Masker([secret])
    for masked in (mask(shown), "\n".join(map(mask, shown.splitlines()))):
        assert MASK in masked
        left = re.sub(rf"{re.escape(MASK)}|\\n|BEGIN|END|KEY", " ", masked)
        assert not re.search("[A-Za-z0-9+/]{7}", left.replace("dXNlcj", " "))


PHRASE = (
    'the quick Brown f0x, who jumps (twice) over lazy dogs & then "rests" at home with nobody there at all'
)
TOKEN = "k\u00f6nig-" + "abcDEF123\u00fcghi-" * 8 + "end-0f-it"
JWT = f"{'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9' * 2}.{'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6' * 3}.sig"
FOLDS: dict[str, Callable[[str], str]] = {
    "YAML": lambda text: yaml.dump({"password": text}),
    "narrow YAML": lambda text: yaml.dump({"password": text}, width=40),
    "YAML in Unicode": lambda text: yaml.dump([text], allow_unicode=True),
    "YAML in quotes": lambda text: yaml.dump([text], default_style='"'),
    "a paragraph": lambda text: textwrap.fill(f"it is {text}, as was said", 60),
    "a narrow paragraph": lambda text: textwrap.fill(f"it is {text}", 30),
}


@pytest.mark.parametrize(
    ("form", "secret"),
    [
        *product(FOLDS, [PHRASE, JWT, f"{PHRASE} w\u00f6rds", f"{KEY} {PHRASE}"]),
        *product([form for form in FOLDS if "YAML" in form], [TOKEN]),
    ],
)
def test_a_secret_that_is_folded_is_masked_line_by_line(form: str, secret: str) -> None:
    """But for a single word at an end of a line."""
    mask = Masker([secret])
    lines = FOLDS[form](secret).splitlines()
    for masked in (mask("\n".join(lines)), "\n".join(map(mask, lines))):
        left = re.findall(r"[A-Za-z0-9(][A-Za-z0-9-]*[A-Za-z0-9)]", masked.replace(MASK, "#"))
        told = {"password", "it", "is", "as", "was", "said", "BEGIN", "END", "KEY"}
        shown = [word for word in left if word not in told and word in secret]
        assert len(shown) <= len(lines), masked
        assert all(len(word) <= 12 for word in shown), masked


def test_a_word_of_a_folded_secret_is_left_alone() -> None:
    mask = Masker([PHRASE, '{"region": "us-east-1", "host": "relay"}'])
    assert mask("The quick start of dogs, at us-east-1") == "The quick start of dogs, at us-east-1"
    assert mask("f0x, who jumps") == mask("  f0x,\twho jumps").strip() == MASK


def test_no_piece_of_a_secret_that_is_text_is_masked() -> None:
    role = "arn:aws:iam::123456789012:role/administrator-of-mail"
    text = "123456789012 has administrator-of-mail in com.amazonaws.us-east-1.email-smtp"
    assert Masker([role])(text) == text


UNSEEN = {
    "a colour": "\x1b[1;36m",
    "a link": "\x1b]8;;https://example.com\x1b\\",
    "a character of no width": "\u200b",
    "a soft hyphen": "\u00ad",
    "a variation selector": "\ufe0f",
    "a colour that is broken up": "\x1b\u200b[1m",
    "a colour around another sequence": "\x1b\x1b[2J[1m",
}


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("secret", ["hunter2isC0loured", "two w\u00f6rds", "with\u200bin", "nul\0nul"])
def test_what_nobody_sees_hides_no_secret(unseen: str, secret: str) -> None:
    for at in range(1, len(secret)):
        broken = f"\x1b[1mit is {secret[:at]}{UNSEEN[unseen]}{secret[at:]}\x1b[0m, in bold"
        masked = Masker([secret])(broken)
        assert clean.one_line(masked) == f"it is {MASK}, in bold"
        assert masked.startswith("\x1b[1m")


@pytest.mark.parametrize("secret", ["a \x1b[0m key", "with\u200bin", "nul\0nul"])
def test_a_secret_is_masked_as_it_is_shown(secret: str) -> None:
    assert Masker([secret])(f"it is {clean.one_line(secret)}") == f"it is {MASK}"


@pytest.mark.parametrize("text", ["\x1b", "\x1b[", "\x1b]", "\x9d", "\u200b\x1b", "\x9b0", "\x1b[1m"])
def test_no_text_takes_long_to_be_seen_through(text: str) -> None:
    started = time.monotonic()
    first, *_ = readings(text * 60_000)
    assert first[0] == text * 60_000
    assert time.monotonic() - started < 1


def test_what_is_in_clear_stays_by_itself_alone() -> None:
    """A longer secret that it is a part of is masked with it."""
    mask = Masker(["relay.example", "key-relay.example-x", "hunter2"])
    text = "hunter2 for relay.example by key-relay.example-x"
    assert mask(text, clear={"relay.example"}) == "[secret] for relay.example by [secret]"
    assert mask(text) == "[secret] for [secret] by [secret]"


def test_what_is_inside_of_what_is_in_clear_stays_there_alone() -> None:
    mask = Masker(["us-east-1"])
    host = "email.us-east-1.amazonaws.com"
    assert mask(f"us-east-1: {host}", clear={host}) == f"[secret]: {host}"
    assert mask(f"us-east-1: {host}", clear={"587"}) == "[secret]: email.[secret].amazonaws.com"


def test_more_secrets_may_be_added() -> None:
    mask = Masker(["first"])
    mask.add(["second", "first"])
    assert mask("first, second, third") == f"{MASK}, {MASK}, third"


@pytest.mark.parametrize("text", ["id", "true", "", "  a \n"])
def test_what_tells_nothing_is_left(text: str) -> None:
    assert Masker([text])("the id is true, a") == "the id is true, a"


@pytest.mark.parametrize(
    "secret", ['\\"' * 3 + "x", "\\" * 20 + "x", " \n" * 20 + "x x", '"' * 20 + "x", "& " * 20 + "x"]
)
@pytest.mark.parametrize("text", ["\\", '\\"', " ", '"', "%5c", "\\n", "\\040", "&amp;", "&amp;#32;", "\\ "])
def test_no_text_takes_long_to_mask(secret: str, text: str) -> None:
    started = time.monotonic()
    Masker([secret])(text * 5_000 + "x")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("text", ["\n", " ", "abcdef ", "abcdef\n", "abcdefghijklm/", "=", "\\n"])
def test_no_text_takes_long_to_look_for_lines_in(text: str) -> None:
    started = time.monotonic()
    Masker([KEY])(text * (60_000 // len(text)))
    assert time.monotonic() - started < 1


def test_texts_inside_secret_json_are_secret_too() -> None:
    definitions = json.dumps([{"environment": [{"name": "SMTP_HOST", "value": "hidden.example.com"}]}])

    found = set(secret_texts({"containerDefinitions": Secret(definitions), "family": "mail"}))
    assert found == {definitions, "SMTP_HOST", "hidden.example.com"}


def test_the_parts_of_a_secret_url_are_secret_too() -> None:
    url = "smtps://shop:hunter2@relay.example.com:465/?x=1"

    assert set(secret_texts(Secret(url))) == {url, "hunter2", "relay.example.com"}
    assert set(secret_texts(Secret("amqp://app:word@queue/main"))) == {"amqp://app:word@queue/main", "word"}
    assert "p@ss w" in set(secret_texts(Secret("smtp://me:p%40ss%20w@mx.example.com")))
    assert set(secret_texts(Secret("https://relay.example.com"))) == {
        "https://relay.example.com",
        "relay.example.com",
    }


def test_keys_of_a_secret_object_that_look_made_are_secret() -> None:
    found = secret_texts(Secret({"D1ctKeySecret": {"password": "hidden", "us-east-1": "x"}}))
    assert set(found) == {"D1ctKeySecret", "hidden", "x"}


@pytest.mark.parametrize(
    "text", ['{"password": "hunter2", "a": NaN}', '["hunter2", 1e999, %s]' % ("9" * 5_000)]
)
def test_numbers_that_nobody_reads_hide_no_text(text: str) -> None:
    assert "hunter2" in set(secret_texts(Secret(text)))


@pytest.mark.parametrize("text", ["[not json", "{", "[" * 100_000, "plain"])
def test_a_secret_that_is_no_json_is_one_text(text: str) -> None:
    assert list(secret_texts(Secret(text))) == [text]
