"""Sets of numbers, compared with Python's own sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachability.ranges import (
    PRIVATE,
    PUBLIC,
    UNROUTED,
    Ranges,
    addresses,
    cidr_text,
    prefix_length,
    union,
)

SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))), max_size=5
)
RANGES = SPANS.map(lambda spans: Ranges.of(*spans))


def numbers(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges.spans for number in range(first, last + 1)}


@given(RANGES, RANGES)
def test_they_behave_as_sets(one: Ranges, other: Ranges) -> None:
    assert numbers(one | other) == numbers(one) | numbers(other)
    assert numbers(one & other) == numbers(one) & numbers(other)
    assert numbers(one - other) == numbers(one) - numbers(other)
    assert (one <= other) == (numbers(one) <= numbers(other))
    assert bool(one) == bool(numbers(one))


@given(RANGES, RANGES)
def test_equal_sets_have_one_form(one: Ranges, other: Ranges) -> None:
    for result in (one, one | other, one & other, one - other):
        gaps = [low - last for (_, last), (low, _) in zip(result.spans, result.spans[1:], strict=False)]
        assert all(gap > 1 for gap in gaps)


def test_neighbours_become_one_span_and_others_do_not() -> None:
    assert Ranges.of((3, 4), (1, 2)).spans == ((1, 4),)
    assert Ranges.of((4, 5), (1, 2)).spans == ((1, 2), (4, 5))
    assert Ranges.of((1, 9), (2, 3)).spans == ((1, 9),)


@pytest.mark.parametrize(
    ("cidr", "text"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        (" 192.0.2.1 ", "192.0.2.1/32"),
        ("::/0", "::/0"),
        ("2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_addresses_of_a_block(cidr: str, text: str) -> None:
    assert cidr_text(addresses(cidr)) == text


@pytest.mark.parametrize("cidr", ["10.0.0.0/33", "10.0.0", "mail"])
def test_what_is_no_block_is_refused(cidr: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|bits|Expected 4 octets"):
        addresses(cidr)


@pytest.mark.parametrize(("cidr", "length"), [("10.1.2.3/8", 8), (" 192.0.2.0/24", 24), ("192.0.2.1", 32)])
def test_the_length_of_a_prefix_does_not_depend_on_host_bits(cidr: str, length: int) -> None:
    assert prefix_length(cidr) == length


def test_long_lists_of_blocks_are_cut() -> None:
    assert cidr_text(union(map(addresses, ("10.0.0.0/24", "10.2.0.0/24", "10.4.0.0/24")))).endswith(
        "10.4.0.0/24"
    )
    blocks = union(addresses(f"10.{number}.0.0/24") for number in range(5))
    assert cidr_text(blocks) == "10.0.0.0/24, 10.1.0.0/24, 10.2.0.0/24 and 2 more"


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "203.0.113.9", "240.0.0.1"]
)
def test_no_public_host_has_such_an_address(host: str) -> None:
    assert not addresses(host) & PUBLIC


@pytest.mark.parametrize(
    "host", ["1.1.1.1", "100.63.255.255", "172.32.0.0", "192.88.99.1", "223.255.255.254"]
)
def test_a_public_host_may_have_such_an_address(host: str) -> None:
    assert addresses(host) <= PUBLIC
    assert not addresses(host) & (PRIVATE | UNROUTED)
