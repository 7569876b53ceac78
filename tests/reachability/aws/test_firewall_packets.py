"""Sets of packets against the packets that they hold, one by one; rules against the first that matches."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from reachability.aws.firewall_packets import Packets, Rule, decide
from reachability.ranges import Ranges

NUMBERS = range(4)
EVERY = Ranges.of((0, 3))

sets = st.sets(st.sampled_from(NUMBERS)).map(lambda held: Ranges.of(*((number, number) for number in held)))
packets = st.builds(Packets, sets, sets, sets, sets)
rules = st.lists(st.builds(Rule, st.sampled_from("abc"), packets, st.just("why"), st.booleans()), max_size=4)


def held(found: Packets) -> set[tuple[int, ...]]:
    """Every packet that `found` holds."""
    sides = [[number for number in NUMBERS if Ranges.of((number, number)) <= side] for side in found.sides]
    return set(product(*sides))


@given(packets, packets)
def test_what_two_sets_share_and_what_one_has_alone(one: Packets, other: Packets) -> None:
    parts = [held(part) for part in one.without(other)]

    assert held(one & other) == held(one) & held(other)
    assert set().union(*parts) == held(one) - held(other)
    assert sum(map(len, parts)) == len(held(one) - held(other)), "the parts are disjoint"
    assert bool(one) is bool(held(one))


def test_replies_go_the_other_way() -> None:
    one, two, three, four = (Ranges.of((number, number)) for number in NUMBERS)

    assert Packets(one, two, three, four).replies == Packets(three, four, one, two)


@given(rules, packets)
def test_the_first_rule_that_matches_a_packet_decides(given_rules: list[Rule], asked: Packets) -> None:
    found = decide(given_rules, asked, {"default": "nothing matched"})

    expected = set()
    for packet in held(asked):
        for rule in given_rules:
            if packet in held(rule.packets):
                expected.add(rule.action)
                if rule.certain:
                    break
        else:
            expected.add("default")
    assert set(found) == expected


def test_an_action_is_explained_by_the_first_rule_that_takes_it() -> None:
    everything = Packets(EVERY, EVERY, EVERY, EVERY)
    given_rules = [Rule("a", everything, reason, certain=False) for reason in ("first", "second")]

    assert decide(given_rules, everything, {"a": "third", "b": "default"}) == {"a": "first", "b": "default"}


def test_a_rule_leaves_what_it_does_not_match_to_the_others() -> None:
    everything = Packets(EVERY, EVERY, EVERY, EVERY)
    rules_in_order = [
        Rule("a", Packets(EVERY, EVERY, EVERY, Ranges.of((1, 1))), ""),
        Rule("b", Packets(Ranges.of((0, 0)), EVERY, EVERY, Ranges.of((1, 1))), ""),
        Rule("c", Packets(EVERY, EVERY, Ranges.of((2, 2)), Ranges.of((3, 3))), ""),
        Rule("d", Packets(EVERY, EVERY, Ranges.of((3, 3)), EVERY), ""),
    ]

    assert set(decide(rules_in_order, everything, {"e": ""})) == {"a", "c", "d", "e"}


def test_a_rule_takes_each_part_that_it_matches() -> None:
    """The first rule cuts the packets in two; the second takes what it left of the higher ones alone."""
    low, high = Ranges.of((0, 0)), Ranges.of((3, 3))
    everything = Packets(EVERY, EVERY, EVERY, EVERY)
    first = Rule("a", Packets(Ranges.of((1, 2)), Ranges.of((1, 2)), EVERY, EVERY), "first")
    second = Rule("b", Packets(Ranges.of((1, 2)), high, EVERY, EVERY), "second")
    third = Rule("c", Packets(Ranges.of((1, 2)), low, EVERY, EVERY), "third")

    assert decide([first, second, third], everything, {}) == {"a": "first", "b": "second", "c": "third"}
