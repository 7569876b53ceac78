"""What references and lists of them stand for, and how they compare."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Finding, Outcome, Ref, Resource, Verdict
from reachability.graph.references import exactly, judged, members, settled
from reachability.values import ABSENT
from reachability.verdict import hop

VPC = "aws:ec2/vpc:Vpc"
ONE, OTHER = (Resource(f"urn:{name}", VPC, name) for name in ("one", "other"))
ANY: Ref[Resource] = Ref((), UNKNOWN, open=True)


@pytest.mark.parametrize(
    ("named", "answer"),
    [
        (exactly(ONE), True),
        (exactly(OTHER), False),
        (Ref((), ABSENT), False),
        (Ref((), "vpc-unread", open=True), False),
        (Ref((ONE, OTHER), UNKNOWN), UNKNOWN),
        (Ref((OTHER, Resource("urn:third", VPC, "third")), UNKNOWN), False),
        (Ref((OTHER,), UNKNOWN, open=True), UNKNOWN),
        (ANY, UNKNOWN),
    ],
)
def test_whether_a_reference_names_a_thing(named: Ref[Resource], answer: object) -> None:
    assert named.stands_for(ONE) is answer


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (exactly(ONE), exactly(ONE), True),
        (exactly(ONE), exactly(OTHER), False),
        (Ref((), "vpc-1", open=True), Ref((), "vpc-1", open=True), True),
        (Ref((), "vpc-1", open=True), Ref((), "vpc-2", open=True), False),
        (exactly(ONE), Ref((ONE, OTHER), UNKNOWN), UNKNOWN),
        (exactly(ONE), Ref((OTHER, Resource("urn:third", VPC, "third")), UNKNOWN), False),
        (exactly(ONE), ANY, UNKNOWN),
        (ANY, ANY, UNKNOWN),
    ],
)
def test_whether_two_references_name_the_same_thing(
    first: Ref[Resource], second: Ref[Resource], answer: object
) -> None:
    assert first.same_as(second) is second.same_as(first) is answer


UNREAD: Ref[Resource] = Ref((), "vpc-unread", open=True)
EITHER = Ref((ONE, OTHER), UNKNOWN)
ONE_PERHAPS = Ref((ONE,), UNKNOWN, open=True)


@pytest.mark.parametrize(
    ("refs", "certain", "possible"),
    [
        ([exactly(ONE), exactly(ONE)], [ONE], []),
        ([exactly(ONE), UNREAD], [ONE], []),
        ([EITHER], [], [ONE, OTHER]),
        ([exactly(ONE), EITHER], [ONE, OTHER], []),
        ([EITHER, EITHER], [ONE, OTHER], []),
        ([ONE_PERHAPS], [], [ONE]),
        ([exactly(OTHER), ONE_PERHAPS], [OTHER], [ONE]),
    ],
)
def test_what_a_list_names(
    refs: list[Ref[Resource]], certain: list[Resource], possible: list[Resource]
) -> None:
    assert members(refs) == (tuple(certain), tuple(possible))


@pytest.mark.parametrize(
    ("refs", "settled_as"),
    [
        ([exactly(ONE), EITHER], [exactly(ONE), exactly(OTHER)]),
        ([EITHER], [EITHER]),
        ([exactly(ONE), UNREAD], [exactly(ONE), UNREAD]),
        ([exactly(ONE), ONE_PERHAPS], [exactly(ONE), ONE_PERHAPS]),
        ([exactly(ONE), Ref((), ABSENT)], [exactly(ONE), Ref((), ABSENT)]),
    ],
)
def test_a_list_is_settled_where_all_that_it_names_is_certain(
    refs: list[Ref[Resource]], settled_as: list[Ref[Resource]]
) -> None:
    assert settled(refs) == tuple(settled_as)


def test_each_certain_and_one_possible_member_are_judged() -> None:
    def judge(resource: Resource) -> Outcome:
        closed = Outcome(findings=(Finding("CLOSED", resource.key, "", ""),))
        return hop("vpc", resource.key) if resource == ONE else closed

    def verdicts(*refs: Ref[Resource]) -> list[Verdict]:
        return [outcome.verdict for outcome in judged(refs, judge)]

    assert verdicts(exactly(ONE), exactly(OTHER)) == [Verdict.REACHABLE, Verdict.UNREACHABLE]
    assert verdicts(EITHER) == [Verdict.UNDETERMINED]
    assert verdicts(exactly(OTHER), ONE_PERHAPS) == [Verdict.UNREACHABLE, Verdict.REACHABLE]


def test_what_a_list_may_name_beside_others_proves_nothing() -> None:
    """One that is open may be the other thing alone."""
    dead = Outcome(findings=(Finding("DEAD", "one", "", ""),))
    whole, listed = (Ref((ONE,), id_, open=True) for id_ in (UNKNOWN, "a-1"))

    assert [outcome.verdict for outcome in judged([whole], lambda _: dead)] == [Verdict.UNDETERMINED]
    assert [outcome.verdict for outcome in judged([listed], lambda _: dead)] == [Verdict.UNREACHABLE]
