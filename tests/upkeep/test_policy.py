"""What a retention policy may say."""

from __future__ import annotations

import pytest

from pyqueue.ports import StorageEstimate
from pyqueue.upkeep import RetentionPolicy
from pyqueue.upkeep.plan import bytes_allowed

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_age": -1}, "max_age must be at least 0, not -1"),
        ({"max_count": 1.5}, "max_count must be a whole number, not 1.5"),
        ({"max_bytes": True}, "max_bytes must be a whole number, not True"),
        ({"max_share": 0}, "max_share must be 0.001 to 1, not 0"),
        ({"max_share": 1.1}, "max_share must be 0.001 to 1, not 1.1"),
        ({"fallback_bytes": 0}, "fallback_bytes must be at least 1, not 0"),
        ({"check_interval": float("nan")}, "check_interval must be at least 1000, not nan"),
        ({"keep_names": "checkout.*"}, "keep_names must be a list of strings"),
        ({"keep_ids": [""]}, "keep_ids must hold non-empty strings"),
    ],
)
def test_a_wrong_option_is_named_with_its_value(options, message):
    with pytest.raises((TypeError, ValueError), match=message.replace("*", r"\*")):
        RetentionPolicy(**options)


@pytest.mark.parametrize(
    ("pattern", "name", "is_kept"),
    [
        ("checkout.*", "checkout.submit", True),
        ("checkout.*", "my.checkout.submit", False),
        ("checkout", "checkout.submit", False),
        ("a[0]", "a[0]", True),
        ("a[01]", "a1", True),
        ("Save", "save", False),
    ],
)
def test_names_are_protected_exactly_or_by_a_pattern(pattern, name, is_kept):
    is_protected = RetentionPolicy(keep_names=[pattern]).protector()
    assert is_protected({"name": name, "id": "x"}) is is_kept
    assert RetentionPolicy(keep_ids=[pattern]).protector()({"name": "x", "id": name}) is is_kept


def test_nothing_is_protected_unless_asked():
    assert RetentionPolicy().protector() is None


@pytest.mark.parametrize(
    ("options", "estimate", "stored", "allowed"),
    [
        ({}, None, 0, 50 * MB),
        ({"fallback_bytes": 7}, None, 0, 7),
        ({"max_bytes": 5}, None, 0, 5),
        ({}, (0, 100 * MB), 0, 10 * MB),
        ({}, (5 * MB, 100 * MB), 5 * MB, 10 * MB),  # what is used is ours
        ({}, (90 * MB, 100 * MB), 0, 1 * MB),  # others leave little
        ({}, (200 * MB, 100 * MB), 0, 0),
        ({"max_share": 0.5, "max_bytes": 60 * MB}, (0, 100 * MB), 0, 50 * MB),
        ({}, (0, 0), 0, 50 * MB),  # some private windows tell nothing of use
    ],
)
def test_the_lowest_limit_counts_and_the_host_s_quota_is_never_filled(
    options, estimate, stored, allowed
):
    told = estimate and StorageEstimate(*estimate)
    assert bytes_allowed(RetentionPolicy(**options), told, stored) == pytest.approx(allowed)
