// A steady load: so many a second, as evenly as timers allow, for so long.

/** Calls `give(number)`; resolves to how often. After a stall it makes up for what is missing. */
export function pour(perSecond, seconds, give) {
  const from = performance.now();
  let given = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min((performance.now() - from) / 1000, seconds);
      const due = Math.floor(elapsed * perSecond);
      while (given < due) give(given++);
      if (elapsed < seconds) return;
      clearInterval(timer);
      resolve(given);
    }, 4);
  });
}
