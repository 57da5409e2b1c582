"""A page's wheel comes without the SQLite stores."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("pyqueue.storage.sqlite") else ["test_sqlite.py"]
