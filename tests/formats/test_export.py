"""A queue's export: what a query streams, as a file, in whatever format."""

from __future__ import annotations

import pytest

from pyqueue.formats import FORMATS, read_traces
from pyqueue.formats.export import TraceExport
from pyqueue.testing.conformance.making import ids
from tests.support import make_queue


async def fill(queue):
    """Four stored, one held."""
    for n in (3, 1, 2, 4):
        queue.enqueue({"name": "a" if n < 4 else "b", "id": str(n), "timestamp": n})
    await queue.flush()
    queue.pause()
    queue.enqueue({"name": "a", "id": "held", "timestamp": 9})


async def text_of(export):
    return "".join([text async for text in export])


@pytest.mark.parametrize("format", ["ndjson", "json", "otlp"])
async def test_what_is_stored_and_held_is_in_the_file(format):
    async with make_queue(max_batch_size=2) as queue:
        await fill(queue)
        export = queue.export(format, page_size=2)
        found = list(read_traces([await text_of(export)]))
        assert ids(found) == ["3", "1", "2", "4", "held"]
        assert export.count == 5
        assert export.progress.rows_read == export.progress.rows == 2
        queue.resume()


async def test_conditions_are_those_of_a_query_and_the_order_that_which_suits_the_format():
    async with make_queue() as queue:
        await fill(queue)
        found = read_traces([await text_of(queue.export(name="a", limit=2, order="desc"))])
        assert ids(list(found)) == ["held", "3"]
        chrome = await text_of(queue.export("chrome"))
        assert [chrome.index(f'"id":"{n}"') for n in (1, 2, 3, 4)] == sorted(
            chrome.index(f'"id":"{n}"') for n in (1, 2, 3, 4)
        )
        queue.resume()


@pytest.mark.parametrize("format", FORMATS)
async def test_an_empty_queue_exports_a_whole_file_too(format):
    async with make_queue() as queue:
        pieces = [text async for text in queue.export(format)]
        assert all(isinstance(text, str) for text in pieces)


async def test_an_export_that_failed_in_between_goes_on_with_the_whole_file():
    class Stream:
        pages = iter([OSError("once"), None])

        async def __anext__(self):
            if error := next(self.pages):
                raise error
            raise StopAsyncIteration

    export = TraceExport(Stream(), FORMATS["csv"].encoder())
    with pytest.raises(OSError, match="once"):
        await anext(export)
    assert (await anext(export)).startswith("id,name")


async def test_mistakes_are_told_before_anything_is_read():
    async with make_queue() as queue:
        with pytest.raises(ValueError, match="format must be one of"):
            queue.export("xml")
        with pytest.raises(ValueError, match="verbosity must be one of"):
            queue.export("json", options={"verbosity": "all"})
        with pytest.raises(TypeError, match="colours"):
            queue.export("csv", options={"colours": True})
        with pytest.raises(ValueError, match="limit must be at least 0"):
            queue.export(limit=-1)
