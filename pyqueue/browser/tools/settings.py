"""What can be set, for tools that show it: values with their limits and their meaning."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..naming import camel


def described(options: Any) -> dict[str, dict[str, Any]]:
    """Each option of a `QueueConfig` or `RetentionPolicy` by its camelCase name: value, default,
    meaning, and for numbers least and most."""
    return {
        camel(known.name): {
            "value": getattr(options, known.name),
            "default": known.default,
            **known.metadata,
        }
        for known in fields(options)
    }
