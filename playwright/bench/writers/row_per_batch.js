// By hand: pyqueue's rows, from the page, four at a time.

import { countInRows } from "../page/indexeddb.js";
import { openRows, RowWriter, Sealer } from "../page/rows.js";

export async function open(database) {
  const writer = new RowWriter(await openRows(database), 4);
  const sealer = new Sealer();
  return {
    write: (traces) => Promise.all(Array.from(sealer.rows(traces), (row) => writer.write(row))),
    stored: () => countInRows(database),
  };
}
