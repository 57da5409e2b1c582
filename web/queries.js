// Queries where there is no Python, page by page: rows are read a few at a time, and no more than it takes.
// As pyqueue/streaming.py. Loaded when first asked.

import { Database } from "./database.js";
import { Merge } from "./merge.js";
import { waysFor } from "./plan.js";
import { PRIORITIES } from "./protocol.js";
import { decoded, levelOf, matching, textOf } from "./reader.js";

const CHUNK = 64; // rows read at a time, at the most
const RESPITE = 10; // ms after which others may run: to search and decode rows takes some each

/** The stored traces that match, and those of `held` (JSON texts), each once. */
export async function select(database, conditions, held) {
  const found = [];
  for await (const traces of new Search(database, conditions).found(held, Infinity)) {
    for (const trace of traces) found.push(trace); // they may be too many for arguments
  }
  return found;
}

/** The same, so many at a time: {traces, progress: {rowsRead, rows}}. */
export async function* pages(database, conditions, held, pageSize) {
  if (!Number.isInteger(pageSize) || pageSize < 1) {
    throw new TypeError(`stream: pageSize must be a whole number of at least 1, not ${JSON.stringify(pageSize)}`);
  }
  const search = new Search(database, conditions);
  const rows = await search.count();
  for await (const traces of search.found(held, pageSize)) {
    yield { traces, progress: { rowsRead: search.rowsRead, rows: Math.max(rows, search.rowsRead) } };
  }
}

class Search {
  #database;
  #query;
  #matches;
  #signs;
  #ways;
  #corrupt = new Set();
  rowsRead = 0;

  constructor(database, conditions) {
    this.#matches = matching(conditions);
    const { priority, order } = conditions;
    const level = priority == null ? undefined : PRIORITIES.indexOf(levelOf(priority));
    this.#query = { ...conditions, level, order: order ?? "stored" };
    this.#signs = signsOf(this.#query);
    this.#database = new Database(database);
  }

  /** Rows that there are to read. */
  async count() {
    const counts = await Promise.all((await this.#planned()).map((way) => way.count()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** What is ready, at most `size` at a time; also when none is, once for all rows that were read at a time. */
  async *found(held, size) {
    const merge = new Merge(this.#query, held.map((json) => JSON.parse(json)).filter(this.#matches));
    const read = (found) => this.#read(found);
    for (let count = 1; merge.wantsMore; count = Math.min(2 * count, CHUNK)) {
      const rows = await this.#next(count);
      if (!rows.length) break;
      let ready = [];
      let told = this.rowsRead;
      let since = performance.now();
      for (const row of rows) {
        this.rowsRead += 1;
        ready = ready.concat(await merge.meet(row, read));
        while (ready.length >= size) {
          told = this.rowsRead;
          yield ready.splice(0, size);
        }
        if (performance.now() - since > RESPITE) {
          await new Promise((resolve) => setTimeout(resolve));
          since = performance.now();
        }
      }
      if (ready.length || told < this.rowsRead) yield ready;
    }
    const rest = merge.rest();
    while (rest.length) yield rest.splice(0, size);
    warnOf(this.#corrupt.size);
  }

  async #planned() {
    return (this.#ways ??= await waysFor(this.#database, this.#query));
  }

  async #next(count) {
    const ways = await this.#planned();
    let rows = [];
    while (ways.length && !rows.length) {
      rows = await ways[0].read(count);
      if (!rows.length) ways.shift();
    }
    return rows;
  }

  /** The matches in a row, whose text is searched before it is decoded. */
  async #read({ key, row }) {
    try {
      if (!this.#canHold(row)) return [];
      const text = await textOf(row);
      return this.#signs.every((sign) => text.includes(sign)) ? decoded(text).filter(this.#matches) : [];
    } catch {
      this.#corrupt.add(key);
      return [];
    }
  }

  #canHold({ priority, mixed, tMin, tMax, traceIds }) {
    const { level, since, until, traceId } = this.#query;
    return (
      (level == null || priority === level || mixed) && (since == null || tMax >= since) &&
      (until == null || tMin <= until) && (traceId == null || traceIds.includes(traceId))
    );
  }
}

/** What stands in the text of a row that holds a match, whatever else does. */
function signsOf({ id, name, traceId, status, level, attributes }) {
  const keys = Object.keys(attributes ?? {}).filter(isWrittenAsItIs).map((key) => `${key.slice(key.lastIndexOf(".") + 1)}":`);
  const texts = [id, name, traceId, status, PRIORITIES[level], ...Object.values(attributes ?? {})];
  return [...keys, ...texts.filter(isWrittenAsItIs).map((text) => `"${text}"`)];
}

/** Whether JSON has no other way to write it than between quotes, in what we write. */
const isWrittenAsItIs = (text) => typeof text === "string" && /^[ !#-[\]-~]*$/.test(text);

let warned = false;

function warnOf(corrupt) {
  if (corrupt && !warned) console.warn(`pyqueue: rows that can't be read are passed over: ${corrupt}`);
  warned ||= corrupt > 0;
}
