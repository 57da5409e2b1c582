import { openRows, RowWriter } from "../page/rows.js";

let writer;
let writes = [];

onmessage = async ({ data: { database, row } }) => {
  if (row) {
    writes.push(writer.write(row));
    return;
  }
  if (database) writer = new RowWriter(await openRows(database), 8);
  await Promise.all(writes.splice(0));
  postMessage("done");
};
