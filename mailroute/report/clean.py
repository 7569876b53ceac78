"""What may be printed: no text of a program, an account or an argument drives a terminal or a CI runner.

Sources: Workflow commands for GitHub Actions; Logging commands (Azure Pipelines).
"""

from __future__ import annotations

import re
from typing import Final

from enforcement.visible import IGNORABLE, INVISIBLE, SEQUENCE, SEQUENCES

_COLOUR: Final = r"\x1b\[[\d;]*m"
_SEQUENCES_BUT_COLOUR: Final = re.compile(rf"(?!{_COLOUR})(?:{SEQUENCE})")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029]|\x1b(?!\[[\d;]*m)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_AT_LINE_START: Final = re.compile(rf"^((?:[^\S\n]|{_COLOUR})*):(?=:)", re.MULTILINE)
_ANYWHERE: Final = re.compile(r"#(?=#\w*\[)")
_IN_JSON: Final = re.compile(rf"[\x7f-\x9f\u2028\u2029\ud800-\udfff{IGNORABLE}]|#(?=#)")


def one_line(text: object) -> str:
    """`text` on one line, without sequences that drive a terminal and without what nobody sees."""
    visible = INVISIBLE.sub("", SEQUENCES.sub("", str(text)))
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", visible)).strip()


def printable(text: str) -> str:
    """`text`, lines and colours, as it may be printed: no line of it is a command to a CI runner either."""
    text = _SURROGATE.sub("\ufffd", INVISIBLE.sub("", _SEQUENCES_BUT_COLOUR.sub("", text)))
    text = _CONTROL_IN_LINES.sub(" ", text)
    return _AT_LINE_START.sub(r"\1: ", _ANYWHERE.sub("# ", text))


def printable_json(text: str) -> str:
    """The JSON `text`, which means the same, with escapes for what `printable` would take away."""
    return _IN_JSON.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    in_utf16 = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(rf"\u{in_utf16[at : at + 4]}" for at in range(0, len(in_utf16), 4))
