// The ids that a database holds, read with plain IndexedDB: rows, and letters that could not be stored.
async (name) => {
  const open = indexedDB.open(name);
  let isThere = true;
  open.onupgradeneeded = () => {
    isThere = false; // nothing was ever written: it is not ours to create
    open.transaction.abort();
  };
  await new Promise((resolve, reject) => {
    open.onsuccess = resolve;
    open.onerror = () => (isThere ? reject(open.error) : resolve());
  });
  if (!isThere) return { stored: [], dead: [] };
  const db = open.result;
  const all = (store) => new Promise((resolve) => {
    const request = db.transaction(store).objectStore(store).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const gunzip = (data) =>
    new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  const decode = ({ codec, data }) => (codec === "json" ? JSON.parse(data) : gunzip(data));
  const rows = await Promise.all((await all("segments")).map(decode));
  const letters = await all("dead_letters");
  db.close();
  return { stored: rows.flat().map(({ id }) => id), dead: letters.map(({ id }) => id) };
}
