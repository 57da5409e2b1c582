// Until all of a client's traces up to a number are durable, whoever writes them.

export async function flushAll(client, mark) {
  const { waiting } = client.facts();
  do {
    await client.checking();
    try {
      await (client.state() === "python" ? client.python().flush(client.spool()) : client.spool().flush());
    } catch (error) {
      if (!client.checking()) throw error; // the writer was lost: with its successor
    }
  } while (client.checking() || waiting.holds(mark)); // what had no room yet goes over meanwhile
}
