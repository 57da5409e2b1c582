// The ids that a database holds, read with plain IndexedDB: rows, and letters that could not be stored.
async (name) => {
  const open = indexedDB.open(name);
  open.onupgradeneeded = () => open.transaction.abort(); // nothing was ever written: not ours to create
  const db = await new Promise((resolve) => {
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => resolve(null);
  });
  if (!db) return { stored: [], dead: [] };
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
