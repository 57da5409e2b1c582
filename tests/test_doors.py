"""Options from outside: strings, camelCase, and every mistake in one message."""

from __future__ import annotations

import importlib
import sys
from dataclasses import asdict

import pytest
from pydantic.alias_generators import to_camel

from pyqueue import ConfigError, PyqueueError, QueueConfig
from pyqueue.config import defaults
from pyqueue.doors import config_from, config_from_environment, retention_from


def test_nothing_given_is_the_defaults():
    assert config_from({}) == QueueConfig()


def test_every_option_is_known_by_both_of_its_names():
    assert config_from(defaults()) == QueueConfig()
    assert config_from({to_camel(name): value for name, value in defaults().items()}) == (
        QueueConfig()
    )


def test_javascript_s_options_come_in_camel_case():
    config = config_from({"maxBatchSize": 10, "batchTimeout": 0.5, "queue": "fifo"})
    assert config == QueueConfig(max_batch_size=10, batch_timeout=0.5, queue="fifo")


def test_numbers_may_be_strings_as_in_a_url():
    config = config_from({"maxBatchSize": "10", "heapThreshold": "0.5", "maxRetries": "0"})
    assert (config.max_batch_size, config.heap_threshold, config.max_retries) == (10, 0.5, 0)


def test_javascript_s_whole_numbers_may_be_floats():
    assert config_from({"maxBatchSize": 10.0}) == QueueConfig(max_batch_size=10)


def test_one_message_names_every_mistake_with_its_value():
    with pytest.raises(ConfigError) as raised:
        config_from({"maxBatchSize": "ten", "heapThreshold": 2, "maxRetries": -1, "queue": "lifo"})
    message = str(raised.value)
    for words in (
        "config.maxBatchSize: ", "'ten'", "config.heapThreshold: ", "equal to 1, not 2",
        "config.maxRetries: ", "equal to 0, not -1", "config.queue: ", "not 'lifo'",
    ):  # fmt: skip
        assert words in message


@pytest.mark.parametrize("key", ["maxBatchSiez", "max_batch_siez"])
def test_an_unknown_option_suggests_the_one_that_was_meant(key):
    with pytest.raises(ConfigError, match=f"config.{key} is unknown; did you mean maxBatchSize"):
        config_from({key: 1})


def test_a_number_that_no_float_holds_is_a_mistake_like_any():
    for name in ("maxQueueSize", "batchTimeout"):
        with pytest.raises(ConfigError, match=f"config.{name}: .*finite"):
            config_from({name: 10**400})


def test_a_list_of_names_is_looked_at_name_by_name():
    assert retention_from({"keepNames": ["a"]}).keep_names == ("a",)
    with pytest.raises(ConfigError, match=r"retention\.keepNames\.1: .* not ''"):
        retention_from({"keepNames": ["a", ""]})


def test_an_option_like_no_other_lists_them_all():
    with pytest.raises(ConfigError) as raised:
        config_from({"zzz": 1})
    assert all(to_camel(name) in str(raised.value) for name in defaults())


@pytest.mark.parametrize("value", [True, None, float("nan"), float("inf"), 2.5, [1]], ids=repr)
def test_what_is_no_count_is_none_at_the_door_either(value):
    with pytest.raises(ConfigError, match="maxRetries"):
        config_from({"maxRetries": value})


def test_the_door_and_the_config_draw_the_same_limits():
    for name, value in {
        "max_batch_size": 10_001,
        "max_in_flight": 65,
        "heap_threshold": 1.1,
    }.items():
        with pytest.raises(ValueError, match=name):
            QueueConfig(**{name: value})
        with pytest.raises(ConfigError):
            config_from({name: value})


def test_its_error_is_one_of_ours_and_a_value_error():
    with pytest.raises(ConfigError) as raised:
        config_from({"maxRetries": "x"})
    assert isinstance(raised.value, (PyqueueError, ValueError))
    assert raised.value.__cause__ is None


def test_the_environment_is_read_by_prefix(monkeypatch):
    monkeypatch.setenv("PYQUEUE_MAX_BATCH_SIZE", "7")
    monkeypatch.setenv("PYQUEUE_QUEUE", "fifo")
    monkeypatch.setenv("OTHER_MAX_BATCH_BYTES", "9")
    assert config_from_environment() == QueueConfig(max_batch_size=7, queue="fifo")
    assert config_from_environment("OTHER_") == QueueConfig(max_batch_bytes=9)
    monkeypatch.setenv("PYQUEUE_MAX_RETRIES", "many")
    with pytest.raises(ConfigError, match="'many'"):
        config_from_environment()


def test_a_wrong_variable_is_named_as_it_is_spelt_there(monkeypatch):
    def told(name, value):
        monkeypatch.setenv(name, value)
        with pytest.raises(ConfigError) as raised:
            config_from_environment()
        monkeypatch.delenv(name)
        return str(raised.value)

    assert told("PYQUEUE_MAX_BATCH_SIZ", "1") == (
        "PYQUEUE_MAX_BATCH_SIZ is unknown; did you mean PYQUEUE_MAX_BATCH_SIZE?"
    )
    assert "the options are PYQUEUE_MAX_QUEUE_SIZE, PYQUEUE_" in told("PYQUEUE_ZZZ", "1")
    assert told("PYQUEUE_MAX_RETRIES", "many").startswith("PYQUEUE_MAX_RETRIES: input should be")


@pytest.mark.parametrize("options", [None, [1], "fast"], ids=repr)
def test_what_are_no_options_is_told(options):
    with pytest.raises(ConfigError, match=r"^config must be options by name; no"):
        config_from(options)


@pytest.mark.cpython_only
def test_without_pydantic_the_door_says_how_to_get_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "pyqueue.doors")
    monkeypatch.setitem(sys.modules, "pydantic", None)
    with pytest.raises(ImportError, match=r"needs pydantic, .*: pip install pydantic"):
        importlib.import_module("pyqueue.doors")


def test_a_config_survives_the_way_out_and_in():
    config = QueueConfig(max_batch_size=3, heap_threshold=0.25, queue="fifo")
    assert config_from(asdict(config)) == config
