"""What comes from outside (JS, a URL, storage, the environment), validated by pydantic.

The limits are those that `QueueConfig` declares; pydantic adds the reading of strings, camelCase
names, and one message for all mistakes. Imported only where something has to be validated: loading
pydantic costs half a second in a browser.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Annotated, Any

try:
    from pydantic import (
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        ValidationError,
        create_model,
    )
    from pydantic.alias_generators import to_camel
    from pydantic_core import PydanticCustomError
except ModuleNotFoundError as error:
    why = f"pyqueue.doors needs {error.name}, the extra `pydantic`: pip install pydantic"
    raise ImportError(why) from None

from .config import QueueConfig, QueueKind
from .errors import ConfigError
from .upkeep.policy import RetentionPolicy


def config_from(options: Mapping[str, object]) -> QueueConfig:
    """A config from untrusted options, in snake_case or camelCase.

    Raises `ConfigError` naming each wrong field, its value and what would be right.
    """
    return QueueConfig(**_checked(_Options, "config", options))


def retention_from(options: Mapping[str, object]) -> RetentionPolicy:
    """The same for a retention policy."""
    return RetentionPolicy(**_checked(_Retention, "retention", options))


def _checked(
    model: type[BaseModel], what: str, options: Mapping[str, object], prefix: str = ""
) -> dict[str, Any]:
    """`prefix` where the options are variables of the environment."""
    if not isinstance(options, Mapping):
        given = "nothing was given" if options is None else f"not {options!r}"
        raise ConfigError(f"{what} must be options by name; {given}")
    try:
        checked = model.model_validate(options)
    except ValidationError as error:
        mistakes = "; ".join(_explain(model, what, mistake, prefix) for mistake in error.errors())
        raise ConfigError(mistakes) from None
    return checked.model_dump(exclude_unset=True)


def config_from_environment(prefix: str = "PYQUEUE_") -> QueueConfig:
    """A config from variables such as `PYQUEUE_MAX_BATCH_SIZE=100`. Raises `ConfigError`."""
    found = {key: value for key, value in os.environ.items() if key.startswith(prefix)}
    options = {key[len(prefix) :].lower(): value for key, value in found.items()}
    return QueueConfig(**_checked(_Options, "config", options, prefix))


def _field(option: Any) -> Any:
    if option.name == "queue":
        return QueueKind, option.default
    if option.name.startswith("keep_"):
        return tuple[Annotated[str, Field(min_length=1)], ...], option.default
    kind = int if option.type == "int" else float
    limits = Field(ge=option.metadata["least"], le=option.metadata["most"], allow_inf_nan=False)
    return Annotated[kind, limits, BeforeValidator(_as_a_number)], option.default


def _as_a_number(value: object) -> object:
    """Not a truth value, nor one so large that pydantic trips over it."""
    if isinstance(value, bool):
        raise PydanticCustomError("number_type", "input should be a number")
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        raise PydanticCustomError("finite_number", "input should be a finite number")
    return value


def _model(options: type[Any]) -> type[BaseModel]:
    made: type[BaseModel] = create_model(
        options.__name__,
        __config__=ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True),
        **{option.name: _field(option) for option in fields(options)},
    )
    return made


_Options = _model(QueueConfig)
_Retention = _model(RetentionPolicy)


def _explain(model: type[BaseModel], what: str, mistake: Any, prefix: str) -> str:
    def spelt(name: str) -> str:
        return prefix + name.upper() if prefix else to_camel(name)

    names = {to_camel(name): spelt(name) for name in model.model_fields}
    path = [*map(str, mistake["loc"])]
    given = path[-1]
    field = names.get(given, spelt(given)) if prefix else ".".join([what, *path])
    if mistake["type"] == "extra_forbidden":
        near = get_close_matches(to_camel(given), names, 1)
        known = ", ".join(names.values())
        hint = f"did you mean {names[near[0]]}?" if near else f"the options are {known}"
        return f"{field} is unknown; {hint}"
    message = mistake["msg"][0].lower() + mistake["msg"][1:]
    return f"{field}: {message}, not {mistake['input']!r}"
