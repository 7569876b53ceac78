"""How AWS refuses a call."""

from __future__ import annotations


class AwsError(Exception):
    """A call that AWS refuses.

    Attributes:
        code: AWS's own error code, such as `InvalidSubnet.Range`.
        message: one sentence that says what is wrong with which value.
        pending: whether AWS takes the call and says so later, of a resource that fails to become available:
            what is made in the meantime still counts.
    """

    def __init__(self, code: str, message: str, *, pending: bool = False) -> None:
        super().__init__(f"api error {code}: {message}")
        self.code = code
        self.message = message
        self.pending = pending
