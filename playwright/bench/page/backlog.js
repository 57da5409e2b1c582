// What a trace costs when few wait, and when many do. They are small, so that the default bounds hold 100,000.

let pq;

export async function open(database) {
  const { start } = await import("/pyqueue/pyqueue.js");
  pq = start({ database });
  await pq.ready;
  await burst(2000, 5);
}

const trace = (count) => {
  for (let n = 0; n < count; n += 1) pq.trace("board.move", { card: n, column: 3 }, { priority: "normal" });
};

/** Offers `count`, waits until they are durable, `times` times. */
export async function burst(count, times) {
  for (; times > 0; times -= 1) {
    trace(count);
    await pq.flush();
  }
  const { evicted, refused } = await pq.metrics();
  if (evicted + refused) throw new Error("more than the default bounds hold");
}

/** From now on nothing is written, and `count` wait. */
export async function fill(count) {
  await pq.pause();
  trace(count);
  for (let queued = 0; queued < count; ({ queued } = await pq.metrics())); // taken as far as there is room
}

/** `count` more come; nobody writes them. */
export async function more(count) {
  trace(count);
  await new Promise((resolve) => setTimeout(resolve));
}

export async function drain() {
  await pq.resume();
  await pq.flush();
}
