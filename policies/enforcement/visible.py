"""What is seen of a text: without sequences that drive a terminal, and without characters that show nothing.

Sources: ECMA-48, Control functions for coded character sets; Unicode, Default_Ignorable_Code_Point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

SEQUENCE: Final = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # a control sequence: colours, movement, clearing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # a string: links, titles
    r"[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
SEQUENCES: Final = re.compile(SEQUENCE)
INVISIBLE: Final = re.compile(f"[{IGNORABLE}]+")
"""Zero-width, bidirectional and tag characters among them."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f]+")
"""But blanks, which are seen as such."""
_STEPS: Final = ((SEQUENCES, ""), (INVISIBLE, ""), (SEQUENCES, ""), (_CONTROLS, " "))
"""What is taken out of a text before it is shown; what is invisible may have broken a sequence up."""


def readings(text: str) -> Iterator[tuple[str, Sequence[int]]]:
    """`text`, then with more and more of what is not seen taken out; and where each character was in it."""
    places: Sequence[int] = range(len(text))
    yield text, places
    for pattern, instead in _STEPS:
        parts: list[str] = []
        kept: list[int] = []
        end = 0
        for found in pattern.finditer(text):
            parts += (text[end : found.start()], instead)
            kept += [*places[end : found.start()], *places[found.start() : found.start() + len(instead)]]
            end = found.end()
        if parts:
            text, places = "".join((*parts, text[end:])), [*kept, *places[end:]]
            yield text, places
