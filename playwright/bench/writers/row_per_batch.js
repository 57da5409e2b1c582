// By hand: pyqueue's rows, from the page, four at a time.

import { countInRows } from "../page/indexeddb.js";
import { groups, openRows, RowWriter } from "../page/rows.js";

export async function open(database) {
  const writer = new RowWriter(await openRows(database), 4);
  return {
    write: (traces) => Promise.all(groups(traces).map((group) => writer.write(group))),
    stored: () => countInRows(database),
  };
}
