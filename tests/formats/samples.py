"""Traces to write: a few that read well, and whatever Hypothesis can think of.

`python -m tests.formats.samples` writes the golden files anew; look at the difference.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from pyqueue.formats import FORMATS, read_traces, written

GOLDEN = Path(__file__).parent / "golden"
NOON = 1_790_000_000_000.0

SAMPLE = [
    {
        "id": "0mwrie4kyabcdefgh-1",
        "name": "checkout.submit",
        "priority": "critical",
        "timestamp": NOON + 0.25,
        "duration": 1200.5,
        "attributes": {"cart.items": 3, "user": {"plan": "pro", "id": 7}, "retry": False},
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "status": "error",
        "error": {
            "type": "TypeError",
            "message": "cart is undefined",
            "stack": "TypeError: cart is undefined\n    at submit (app.js:10:3)",
        },
    },
    {
        "id": "0mwrie4kyabcdefgh-2",
        "name": "fetch /api/cart",
        "priority": "normal",
        "timestamp": NOON + 100,
        "duration": 80,
        "attributes": {"http.status": 200, "sizes": [1, 2.5]},
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b175",
        "parentId": "eee19b7ec3c1b174",
        "status": "ok",
    },
    {
        "id": "own-id",
        "name": "=SUM(A1) \x1b[31mred\u202e",
        "priority": "low",
        "timestamp": NOON + 150,
        "duration": 0,
        "attributes": {"text": 'naïve 日本語, "quoted"\nsecond line', "nothing": None},
    },
]

OPTIONS = {"json": {"generated": NOON}, "text": {"generated": NOON}}

text = st.text(st.characters(exclude_categories=()), max_size=20)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)
times = st.floats(0, 4e12) | st.integers(0, 4 * 10**12)
ids = st.sampled_from(["t1", "0af7651916cd43dd8448eb211c80319c", "B7AD6B7169203331"]) | text


def traces(values=json_values, texts=text):
    """Such as are stored: of the right kinds, of any content."""
    return st.fixed_dictionaries(
        {
            "id": texts.filter(bool),
            "name": texts.filter(bool),
            "priority": st.sampled_from(["low", "normal", "high", "critical"]),
            "timestamp": times,
            "duration": st.floats(0, 1e7) | st.integers(0, 10**7),
            "attributes": st.dictionaries(texts, values, max_size=4),
        },
        optional={
            "traceId": ids.filter(bool),
            "spanId": ids.filter(bool),
            "parentId": ids.filter(bool),
            "status": st.sampled_from(["ok", "error", "half done"]),
            "error": st.fixed_dictionaries({"message": texts.filter(bool)})
            | st.fixed_dictionaries({"type": texts.filter(bool), "stack": texts.filter(bool)})
            | texts.filter(bool)
            | st.dictionaries(texts, values, min_size=1, max_size=3),
        },
    )


def file(traces, format, **options):
    """A whole file as one text."""
    return "".join(written(traces, format, **(OPTIONS.get(format, {}) | options)))


def pieces(content, size):
    return [content[at : at + size] for at in range(0, len(content), size)]


def back(traces, format, size=100, **options):
    """What is read of what was written."""
    return list(read_traces(pieces(file(traces, format, **options), size)))


def main():
    for name, one in FORMATS.items():
        path = GOLDEN / f"sample.{one.extension}"
        path.write_bytes(file(SAMPLE, name).encode())


if __name__ == "__main__":
    main()
