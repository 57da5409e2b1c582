// Dead letters from the page: purging, and the bounds that a retention policy sets them.

/** Deletes the letters of traces for which `matches` holds, and those that can't be read. */
export async function purgeLetters(database, matches) {
  await database.transact("dead_letters", "readwrite", (tx) => {
    tx.objectStore("dead_letters").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (isMatch(cursor.value, matches)) cursor.delete();
      cursor.continue();
    };
  });
}

function isMatch({ trace }, matches) {
  let read;
  try {
    read = JSON.parse(trace);
  } catch {
    return true;
  }
  return matches(read);
}

/** Deletes the letters that are too old, or too many; how many there were. As pyqueue/upkeep/letters.py. */
export async function expireLetters(database, { maxAge, maxDeadLetters }, dryRun) {
  const { result: letters } = await database.transact("dead_letters", "readonly", (tx) => tx.objectStore("dead_letters").getAll());
  const since = Date.now() - (maxAge || Infinity);
  const latest = letters.sort((a, b) => b.time - a.time);
  const gone = latest.filter(({ time }, at) => at >= (maxDeadLetters || Infinity) || time < since);
  if (gone.length && !dryRun) {
    await database.transact("dead_letters", "readwrite", (tx) => {
      for (const { id } of gone) tx.objectStore("dead_letters").delete(id);
    });
  }
  return gone.length;
}
