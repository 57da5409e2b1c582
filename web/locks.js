// Web Locks tell who lives: nothing else does.

/** Takes a lock; resolves when it is held to what lets it go. Undefined where there are no locks. */
export function hold(name, signal) {
  return new Promise((held) => {
    const whileHeld = () => new Promise((release) => held(release));
    const request = globalThis.navigator?.locks?.request(name, { signal }, whileHeld);
    Promise.resolve(request).then(() => held(), () => held()); // none, denied, or given up
  });
}
