"""The command line: `pyqueue convert` and `pyqueue show`, for files that a queue or page exported.

    pip install '.[cli]'        (in a checkout; its README tells of others)

Everything that traces say goes through `formats.safe.visible`, so that no terminal obeys it.
"""

from __future__ import annotations

NEEDED = ("click", "rich")


def main() -> None:
    """The console script. Says how to install what is missing."""
    try:
        from .commands import cli
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        raise SystemExit(
            f"pyqueue's command line needs {error.name}, which is not installed: "
            f"pip install {' '.join(NEEDED)}"
        ) from None
    cli()
