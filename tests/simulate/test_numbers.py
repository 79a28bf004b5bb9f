"""Invented numbers pass every check and belong to nobody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import uscc

from anxin.registry.regions import exists
from anxin.simulate import numbers
from anxin.vault.identity import identity_problem


@given(st.integers(0, numbers.MOST_PEOPLE - 1))
def test_an_invented_identity_number_is_valid_and_of_no_region(index):
    number = numbers.identity(index)
    assert identity_problem(number) is None
    assert number.startswith("990000")
    assert not exists("990000")


@given(st.lists(st.integers(0, numbers.MOST_PEOPLE - 1), min_size=1, max_size=50))
def test_many_at_once_are_the_same_as_one_by_one(indices):
    assert numbers.identities(np.array(indices)) == [numbers.identity(i) for i in indices]


@pytest.mark.parametrize("first", [0, 8_000_000])
def test_identity_numbers_never_repeat(first):
    assert len(set(numbers.identities(np.arange(first, first + 100_000)))) == 100_000


@given(st.integers(0, 10**8 - 1))
def test_an_invented_company_has_a_valid_credit_code(index):
    assert uscc.is_valid(numbers.credit_code(index))
    assert numbers.credit_code(index)[2:8] == "990000"


@given(st.integers(0, 10**12 - 1))
def test_an_invented_card_passes_luhn(index):
    assert luhn.is_valid(numbers.card(index))
    assert len(numbers.card(index)) == 19


@given(st.integers(0, 10**9))
def test_an_invented_office_is_rung_by_nobody(index):
    area, line = numbers.office_phone(index).split("-")
    assert (area, line[0], len(line)) == ("0000", "0", 8)
