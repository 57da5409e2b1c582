// A user of the page, who offers numbered traces and reports to the test what pyqueue promised.
// The test takes note outside of the browser, so that a report outlives whatever is killed next.
async ({ name, options }) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start(options);
  const text = () => Array.from({ length: 16 }, () => Math.random().toString(36).slice(2)).join("");
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const priorities = ["low", "normal", "normal", "high"];
  let offered = 0;
  let timer;

  /** CRITICAL by itself: it is acknowledged once its status says so. */
  async function watch(number) {
    while ((await pq.status(`${name}.${number}`)) !== "written") await wait(20);
    report({ name, written: number });
  }

  /** Offers `count` traces in one go; every 50th is CRITICAL. */
  function offer(count) {
    const refused = [];
    for (; count > 0; count -= 1) {
      const number = offered++;
      const critical = number % 50 === 49;
      const priority = critical ? "critical" : priorities[number % 4];
      const id = pq.trace("loss", { text: text() }, { id: `${name}.${number}`, priority });
      if (id === null) refused.push(number);
      else if (critical && options.runtime !== "none") watch(number).catch(() => {});
    }
    report({ name, offered, refused });
  }

  /** Resolves to whether all offered so far is durable; what is, is reported. */
  async function flush() {
    const mark = offered;
    try {
      await pq.flush();
    } catch {
      return false;
    }
    await report({ name, flushed: mark });
    return true;
  }

  globalThis.visitor = {
    ready: pq.ready.then(() => null),
    offer,
    flush,
    /** Offers a few every 10 ms and flushes now and then, until the page ends. */
    keepOffering(count) {
      let turns = 0;
      timer = setInterval(() => {
        offer(count);
        turns += 1;
        if (turns % 15 === 0) flush();
      }, 10);
    },
    rest: () => clearInterval(timer),
    /** What pyqueue calls this page's run: its ids begin with it. */
    session: () => pq.trace("whoami").split("-")[0],
    /** Resolves to whether a flush succeeded within `ms`. */
    async settle(ms) {
      const until = performance.now() + ms;
      while (performance.now() < until) {
        if (await Promise.race([flush(), wait(until - performance.now())])) return true;
        await wait(50);
      }
      return false;
    },
  };
}
