"""What to do after a rehearsal."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from enforcement.stacks import VARIABLE as EVIDENCE
from mailroute import pack

from .model import Step, dead_in_creation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailroute.rehearsal.result import Rehearsal

    from .model import DnsRecord, EgressChange, OnlyCreated

_IMPORT_COMMAND: Final = "importCommand"
"""The stack output that tells how a service that is there already comes under the program."""

_PACK: Final = "mailroute-pack"
"""The folder of a project that the policy pack is written to."""

_SES_IDENTITIES: Final = (
    "aws:sesv2/emailIdentity:EmailIdentity",
    "aws:ses/domainIdentity:DomainIdentity",
    "aws:ses/emailIdentity:EmailIdentity",
)


def next_steps(
    rehearsal: Rehearsal,
    egress: Sequence[EgressChange],
    dns: Sequence[DnsRecord],
    *,
    program: Path,
    packs: Sequence[Path],
    account_file: str | None = None,
    creation: OnlyCreated | None = None,
) -> Iterator[Step]:
    """The steps from here to mail that arrives, in their order.

    Args:
        program: the directory of the program.
        packs: those of the policy packs that judged it.
        account_file: what shows the account, which the pack needs then too.
        creation: what the creation beside a preview shows besides.
    """
    if not rehearsal.ok:
        yield Step("Fix what blocks, as its message says, and rehearse again.")
        return
    command = rehearsal.outputs.get(_IMPORT_COMMAND)
    if isinstance(command, str) and any(change.today for change in egress):
        yield Step("The service is there already: bring it under the program first.", command)
    if dead_in_creation(egress, creation) or (creation is not None and creation.problem):
        yield Step("See first why the simulated creation fails, or ends otherwise than the preview.")
    if pack.DIRECTORY in packs and pack.DIRECTORY.parent != program.resolve():
        own = pack.written_in(program)
        if own is None:
            own = Path(_PACK) if program == Path.cwd() else program / _PACK
            command = shlex.join(["mailroute", "policy-pack", str(own)])
            yield Step("Write the policy pack into a folder of the project.", command)
        packs = [own if each == pack.DIRECTORY else each for each in packs]
    if account_file is not None:
        command = f"export {EVIDENCE}={shlex.quote(account_file)}"
        yield Step("Show the policy pack the account as well (live reads it).", command)
    yield Step("Create the stack, with the policies as the gate.", _up(rehearsal.stack, program, packs))
    if not all(record.published for record in dns):
        yield Step("Publish the records marked 'you' at your DNS host, which must not proxy them.")
    if any(resource.type in _SES_IDENTITIES for resource in rehearsal.resources):
        yield Step(
            "While SES is in its sandbox in this region, it delivers to verified recipients only: "
            "ask for production access in the SES console."
        )


def _up(stack: str, program: Path, packs: Sequence[Path]) -> str:
    command = ["pulumi", "up", "--stack", stack]
    if program != Path.cwd():
        command += ["--cwd", str(program)]
    for each in packs:
        inside = each.is_relative_to(program)
        command += ["--policy-pack", str(each.relative_to(program) if inside else each)]
    return shlex.join(command)
