"""Every option: its default, its limits, and a message that names field and value."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields

import pytest

from pyqueue import (
    ActionTraceOutputService,
    MemoryStore,
    QueueConfig,
    RetentionPolicy,
    TraceQueueProcessor,
)
from pyqueue.config import defaults

NUMBERS = [option for option in fields(QueueConfig) if option.name != "queue"]


def test_the_defaults_are_those_of_the_contract():
    assert defaults() == {
        "max_queue_size": 50_000,
        "max_queue_bytes": 5 * 1024 * 1024,
        "max_trace_bytes": 1024 * 1024,
        "remember_ids": 50_000,
        "rate_limit": 0,
        "rate_burst": 100,
        "sample_rate": 1,
        "max_batch_size": 250,
        "max_batch_bytes": 128 * 1024,
        "batch_timeout": 1_000,
        "max_wait": 10_000,
        "time_to_live": 0,
        "write_timeout": 30_000,
        "max_in_flight": 4,
        "max_retries": 3,
        "retry_base_delay": 100,
        "retry_max_delay": 5_000,
        "heap_threshold": 0.8,
        "breaker_threshold": 10,
        "breaker_cooldown": 5_000,
        "queue": "priority",
    }
    assert QueueConfig() == QueueConfig(**defaults())


def test_every_option_says_what_it_means():
    assert all(option.metadata["meaning"] for option in fields(QueueConfig))


def test_an_explicit_zero_is_zero():
    zeros = dict.fromkeys(
        ["batch_timeout", "max_retries", "retry_base_delay", "retry_max_delay", "breaker_cooldown",
         "heap_threshold"], 0,
    )  # fmt: skip
    config = QueueConfig(**zeros)
    assert {name: getattr(config, name) for name in zeros} == zeros


@pytest.mark.parametrize("kind", [TraceQueueProcessor, ActionTraceOutputService])
@pytest.mark.parametrize("config", [{"max_batch_size": 9}, {}, RetentionPolicy()], ids=repr)
def test_what_is_no_config_is_named_with_what_to_pass(kind, config):
    with pytest.raises(TypeError, match=r"^config must be a QueueConfig, not .*QueueConfig\(\*\*"):
        kind(store=MemoryStore(), config=config)


def test_it_does_not_change():
    with pytest.raises(FrozenInstanceError):
        QueueConfig().max_retries = 1  # type: ignore[misc]


@pytest.mark.parametrize("option", NUMBERS, ids=lambda option: option.name)
def test_an_option_takes_its_limits_and_nothing_beyond(option):
    least, most = option.metadata["least"], option.metadata["most"]
    limits = [least] if most is None else [least, most]
    for value in limits:
        assert getattr(QueueConfig(**{option.name: value}), option.name) == value
    for value in [least - 1] + ([] if most is None else [most + 1]):
        with pytest.raises(ValueError, match=rf"{option.name} must be .*{least}.*, not {value}"):
            QueueConfig(**{option.name: value})


@pytest.mark.parametrize("option", NUMBERS, ids=lambda option: option.name)
@pytest.mark.parametrize("value", ["5", None, True, [], 1j], ids=repr)
def test_an_option_takes_numbers_only(option, value):
    with pytest.raises(TypeError, match=rf"{option.name} must be a .*number"):
        QueueConfig(**{option.name: value})


@pytest.mark.parametrize("option", NUMBERS, ids=lambda option: option.name)
def test_nan_is_no_number_of_anything(option):
    with pytest.raises((TypeError, ValueError), match=f"{option.name} must be"):
        QueueConfig(**{option.name: math.nan})


def test_counts_are_whole_numbers():
    with pytest.raises(TypeError, match=r"max_batch_size must be a whole number, not 2\.5"):
        QueueConfig(max_batch_size=2.5)  # type: ignore[arg-type]


def test_the_queue_is_one_of_three():
    assert QueueConfig(queue="fifo").queue == "fifo"
    for word in ("lifo", "FIFO", None):
        with pytest.raises(ValueError, match=f"one of priority, fifo, batch, not {word!r}"):
            QueueConfig(queue=word)  # type: ignore[arg-type]
