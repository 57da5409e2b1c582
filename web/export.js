// Traces as a file: read and formatted a page at a time, and handed on at once to where the user wants it. There
// are never more of them in memory than a page. Loaded when first asked.

import { ask, NO_PYTHON, pagesOf, plain, stream, unstored } from "./control.js";
import { ENCODERS, FORMATS } from "./formats.js";
import { sinkFor } from "./sinks.js";

const PAGE = 500; // traces

/**
 * Writes what matches `conditions`, and `ids` if they are given, in a format (formats.js has their names) to a file.
 * `to` is a FileSystemFileHandle, a WritableStream, "blob" or "download" (see sinks.js). Resolves to {name, type, bytes,
 * traces}, with a `blob` where that was asked for. `onProgress` hears {done, total, traces, bytes}, of rows that were
 * read. The AbortSignal ends it with its reason, and nothing is written.
 */
export async function save(client, { format = "ndjson", conditions, ids, options, to = "download", name, onProgress, signal } = {}) {
  const known = Object.hasOwn(FORMATS, format) && FORMATS[format];
  if (!known) throw new TypeError(`export: format must be one of ${Object.keys(FORMATS)}, not ${JSON.stringify(format)}`);
  signal?.throwIfAborted();
  const file = { name: name ?? nameOf(client, known), type: known.type, extension: known.extension };
  const sink = await sinkFor(to, file); // first: a picker opens only right after a click
  let bytes = 0;
  let traces = 0;
  try {
    const asked = ids ? { ...conditions, ids } : { ...conditions };
    for await (const { text, count, progress } of pieces(client, format, options ?? {}, asked)) {
      signal?.throwIfAborted();
      traces = count;
      bytes += await sink.write(text);
      onProgress?.({ done: progress.rowsRead, total: progress.rows, traces, bytes });
    }
    signal?.throwIfAborted();
    return { name: sink.name ?? file.name, type: file.type, bytes, traces, ...(await sink.close()) };
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
}

async function* pieces(client, format, options, { tabs, ...given }) {
  const conditions = plain(given);
  const texts = await unstored(client, tabs);
  const number = await ask(client, "export", format, options, conditions, texts, PAGE);
  if (number === NO_PYTHON) yield* written(client, format, options, { tabs, ...conditions });
  else yield* pagesOf(client.python(), number);
}

/** The same without Python, in the formats that need none. */
async function* written(client, format, options, conditions) {
  const isPlain = Object.values(options).every((value) => value == null || value === "verbose");
  if (!ENCODERS[format] || !isPlain) {
    const what = ENCODERS[format] ? `an option of ${format}` : format;
    throw new Error(`export: ${what} needs Python, which is not to be had here; without it there are ${Object.keys(ENCODERS)}`);
  }
  const encoder = ENCODERS[format]();
  let count = 0;
  let progress = { rowsRead: 0, rows: 0 };
  yield { text: encoder.begin(), count, progress };
  for await (const page of stream(client, conditions, { pageSize: PAGE })) {
    count += page.traces.length;
    progress = page.progress;
    yield { text: page.traces.map(encoder.add).join(""), count, progress };
  }
  yield { text: encoder.end(), count, progress };
}

function nameOf(client, { extension }) {
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return `${client.about().database}-${time}.${extension}`;
}
