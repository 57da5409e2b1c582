// Long work a slice at a time, so that the page it runs in never waits for us.

const SLICE = 8; // ms; a frame has 16

const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));

/** Runs a generator, which yields every now and then, to its end; false where the signal ended it before. */
export async function inSlices(work, signal) {
  let until = performance.now() + SLICE;
  for (const _ of work) {
    if (performance.now() < until) continue;
    await pause();
    if (signal.aborted) return false;
    until = performance.now() + SLICE;
  }
  return !signal.aborted;
}
