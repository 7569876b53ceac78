"""How AWS refuses a call."""

from __future__ import annotations


class AwsError(Exception):
    """A call that AWS refuses.

    Attributes:
        code: AWS's own error code, such as `InvalidSubnet.Range`.
        message: one sentence that says what is wrong with which value.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"api error {code}: {message}")
        self.code = code
        self.message = message
