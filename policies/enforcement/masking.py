"""Secrets out of texts, whatever has been done to either: no module that is slow to load is needed for it."""

from __future__ import annotations

import re
import string
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from .visible import readings

MASK: Final = "[secret]"
_SHORTEST: Final = 3
"""Shorter secrets are left in texts, or every `1` would be masked: the rule of Pulumi's own log filter."""
_TELL_NOTHING: Final = frozenset({"true", "false"})
_SHORTEST_IN_BASE64: Final = 6
"""Bytes; of fewer, too few characters are left that do not depend on their neighbours."""
_PIECE: Final = 12
"""Characters of a secret in base64 that are masked wherever they stand: line breaks take the whole apart."""
_RUN: Final = "[A-Za-z0-9+/_-]"
_LONG_RUN: Final = re.compile(rf"{_RUN}{{{_PIECE},}}")
_LAST_LINE: Final = re.compile(
    rf"(?:^[^\S\n]*|\\n)({_RUN}{{{_SHORTEST_IN_BASE64},{_PIECE - 1}}})=*(?=[^\S\n]*$|['\"\\])", re.MULTILINE
)
_KEY: Final = re.compile(rf"{_RUN}{{40,}}")
"""A line of a key, or a part of a token, which is masked in pieces as if it were a secret in base64."""
LOOKS_MADE: Final = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])\S{8,}")
"""A word that nobody would write but as a secret."""
_MOST_WORDS: Final = 500
"""Of a secret whose words are masked without the whole; the lines of longer ones are masked as such."""
_SHORTEST_RUN: Final = 8
_SHORTEST_ESCAPED: Final = 60
_ASCII_RUN: Final = re.compile(rf"[!-~]{{{_SHORTEST_RUN},}}")
_AROUND: Final = string.whitespace + "'\"\\"
"""What is not masked at the ends of a secret: quotes and backslashes belong as well to what is around it."""
_URL_SAFE: Final = str.maketrans("+/", "-_")
_STANDARD: Final = str.maketrans("-_", "+/")


class Masker:
    """Replaces secrets in texts, in each form that a program, a library or a log gives them.

    That is: as they are, on one line and line by line, quoted for JSON (however often), Python, YAML, a
    shell, a URL or HTML, and in base64, alone or inside of more, with line breaks or without; also where
    colours or characters that nobody sees stand in between, which go when the text is shown. Of a secret that
    is folded over lines, which are masked one by one, words that follow each other are masked. More secrets
    may be added at any time.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[str] = frozenset()
        self._forms: tuple[_Form, ...] = ()
        self._in_base64: tuple[str, ...] = ()
        self._pieces: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Replace these too, from now on."""
        words = {
            shown.strip(_AROUND)
            for secret in secrets
            for part in (secret, *secret.splitlines(), *_folded(secret))
            for shown, _ in readings(part)
        }
        with self._lock:
            new = {word for word in words if len(word) >= _SHORTEST} - _TELL_NOTHING - self._known
            if new:
                self._known |= new
                in_base64 = {text for word in new for text in _in_base64(word)}
                self._forms += tuple(map(_Form, sorted(new | in_base64)))
                keys = {
                    key
                    for word in new
                    for key in _KEY.findall(word)
                    if key == word.rstrip("=") or LOOKS_MADE.fullmatch(key)
                }
                folded = {text.translate(_STANDARD) for text in in_base64 | keys if len(text) > _PIECE}
                self._in_base64 += tuple(folded)
                self._pieces |= {piece for text in folded for piece in _windows(text)}

    def __call__(self, text: str, clear: Collection[str] = ()) -> str:
        """`text` with every secret in it replaced.

        Args:
            clear: texts that are left where they are no part of a longer secret, with all that is in them.
        """
        left = [found.span() for each in clear for found in re.finditer(re.escape(each), text)]
        spans = sorted(
            (start, stop)
            for shown, places in readings(text)
            for start, stop in self._spans(shown, places)
            if not any(begin <= start and stop <= end for begin, end in left)
        )
        if not spans:
            return text
        parts: list[str] = []
        end = 0
        for start, stop in spans:
            if start >= end:  # else it overlaps the one before, which is masked as one with it
                parts += (text[end:start], MASK)
            end = max(end, stop)
        return "".join((*parts, text[end:]))

    def _spans(self, shown: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Where secrets stand in `shown`, by the `places` that its characters have in the whole text."""
        for form in self._forms:
            # What of a form is in every text that has it, is soon known and seldom there.
            if form.anchor in shown:
                for match in form.pattern.finditer(shown):
                    yield places[match.start()], places[match.end() - 1] + 1
        if self._pieces:
            for match in (*_LONG_RUN.finditer(shown), *_LAST_LINE.finditer(shown)):
                start, end = match.span(match.re.groups)
                if self._is_of_secret(shown[start:end].translate(_STANDARD)):
                    yield places[start], places[end - 1] + 1

    def _is_of_secret(self, run: str) -> bool:
        """Whether `run` holds a piece of a secret in base64, or is one, as the last line may be."""
        if len(run) < _PIECE:
            return any(run in text for text in self._in_base64)
        return not self._pieces.isdisjoint(_windows(run))


class _Form:
    """One form of one secret: its longest run of letters and digits, and the pattern of the whole."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.anchor = max(_PLAIN.findall(secret), key=len, default="")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = [found[0] for found in _PARTS.finditer(self._secret)]
        return re.compile("".join(map(_quoted, parts, ("", *parts))))


_PLAIN: Final = re.compile(r"[A-Za-z0-9]+")
_QUOTES: Final = "\\'\""
_PARTS: Final = re.compile(rf"[A-Za-z0-9]+|\s+|[{re.escape(_QUOTES)}]+|.")
_REFERENCE: Final = "&(?:amp;)*"
"""What begins a character's name or number in HTML, however often it has been quoted."""
_MARKUP: Final = {"&": "amp|", "<": "lt|", ">": "gt|"}
_PERCENT: Final = "%(?:25)*"
"""What begins a byte in a URL, however often it has been quoted."""
_BACKSLASH: Final = rf"(?:\\|{_PERCENT}5[Cc])"
_ESCAPE: Final = f"{_BACKSLASH}+"
_IN_QUOTES: Final = (
    rf"(?:[\\'\"]|{_PERCENT}(?i:22|27|5c)|(?:u00|x)(?i:22|27|5c)|0?(?:042|047|134)"
    rf"|{_REFERENCE}(?:quot|apos|#0*(?:34|39|92)|(?i:#x0*(?:22|27|5c)));)+"
)
_BLANK_BYTES: Final = ("0[9a-d]", "20", "c2 (?:85|a0)", "e2 8[01] ..", "e3 80 80")
# Where the rest of a secret is as it should be, any byte in octal and any number in HTML is a blank.
_BLANK: Final = (
    rf"\s|\+|{_PERCENT}(?i:{'|'.join(_BLANK_BYTES).replace(' ', _PERCENT)})|{_REFERENCE}(?:nbsp|#\w+);"
)
_ESCAPED_BLANK: Final = (
    r"\s|0?[0-3][0-7]{2}"
    r"|[nrtfv_NLP]|u(?i:00(?:0[9a-d]|1[c-f]|20|85|a0)|1680|20[025].|3000)"
    rf"|x(?i:0[9a-d]|1[c-f]|20|85|a0|c2{_ESCAPE}x(?:85|a0)|e2{_ESCAPE}x8[01]{_ESCAPE}x..)"
)


def _quoted(part: str, before: str) -> str:
    r"""The pattern of a part of a secret, in every form: letters and digits are the same in each.

    Quotes and backslashes multiply with each quoting, so that a run of them is any run of them, which takes
    the backslashes of what follows. No two patterns compete for a backslash: that takes time without end.
    """
    if _PLAIN.fullmatch(part):
        return part
    if part[0] in _QUOTES:
        return _IN_QUOTES
    follows_quotes = before[:1] in tuple(_QUOTES)
    if part.isspace():
        any_blank = f"(?:{_BLANK}|{_ESCAPE}(?:{_ESCAPED_BLANK}))"
        return f"(?:{_BLANK}|{_ESCAPED_BLANK}){any_blank}*" if follows_quotes else f"{any_blank}+"
    escape = "" if follows_quotes else _ESCAPE if before else rf"(?<!\\)(?<!5[Cc]){_ESCAPE}"
    in_utf8 = [f"{byte:02x}" for byte in part.encode("utf-8", "surrogatepass")]
    alternatives = [
        re.escape(part) if follows_quotes or not before else f"{_BACKSLASH}*{re.escape(part)}",
        "(?i:" + "".join(f"{_PERCENT}{byte}" for byte in in_utf8) + ")",
        f"{escape}(?i:{'|'.join(_escaped(part, in_utf8))})",
        f"{_REFERENCE}(?:{_MARKUP.get(part, '')}#0*{ord(part)}|(?i:#x0*{ord(part):x}));",
    ]
    return f"(?:{'|'.join(alternatives)})"


def _escaped(character: str, in_utf8: Sequence[str]) -> Iterator[str]:
    """What may follow a backslash for `character`: in JSON, Python's texts and bytes, YAML and a shell."""
    in_utf16 = character.encode("utf-16-be", "surrogatepass").hex()
    yield _ESCAPE.join(f"u{in_utf16[at : at + 4]}" for at in range(0, len(in_utf16), 4))
    yield _ESCAPE.join(f"x{byte}" for byte in in_utf8)
    yield _ESCAPE.join(f"0?{int(byte, 16):03o}" for byte in in_utf8)
    yield f"U{ord(character):08x}"
    yield f"x{ord(character):02x}"
    if character == "\x1b":
        yield "e"


def _folded(secret: str) -> Iterator[str]:
    """What the lines over which `secret` may be folded have of it: words, or what escapes divide.

    Whatever is filled or written as YAML is folded at its blanks, and in YAML after escapes too.
    """
    words = secret.split()
    if secret.lstrip()[:1] in ("{", "[") or len(words) > _MOST_WORDS:
        return  # the texts in JSON are secrets by themselves
    for at in range(len(words)):
        yield from filter(None, (_run(words[at:]), _run(words[: at + 1], from_end=True)))
    if len(words) > 1:
        yield from filter(LOOKS_MADE.fullmatch, words)
    if not secret.isascii() and len(secret) > _SHORTEST_ESCAPED:
        yield from _ASCII_RUN.findall(secret)


def _run(words: Sequence[str], *, from_end: bool = False) -> str:
    """The fewest of `words` from their start, two at least, that tell something; empty where none do."""
    for count in range(2, min(len(words), _SHORTEST_RUN) + 1):
        text = " ".join(words[-count:] if from_end else words[:count])
        if sum(map(str.isalnum, text)) >= _SHORTEST_RUN:
            return text
    return ""


def _windows(text: str) -> Iterator[str]:
    return (text[at : at + _PIECE] for at in range(len(text) - _PIECE + 1))


def _in_base64(secret: str) -> Iterator[str]:
    """`secret` in base64, and what of that stays the same where more is encoded together with it."""
    data = secret.encode("utf-8", "surrogatepass")
    if len(data) < _SHORTEST_IN_BASE64:
        return
    yield b64encode(data).decode()
    yield urlsafe_b64encode(data).decode()
    for before in range(3):
        encoded = b64encode(bytes(before) + data).decode()
        own = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield from (own, own.translate(_URL_SAFE))
