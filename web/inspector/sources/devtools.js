// The hook of the inspected page, by DevTools' eval: it needs no permission and no script of ours in the page, and works
// under any policy. Text goes in, JSON text comes out.

const HOOK = 'globalThis[Symbol.for("pyqueue.devtools")]';
const NOTHING = { version: 1, epoch: null, cursor: null, missed: 0, clients: [], events: [], answers: [] };

/** `inspected` is chrome.devtools.inspectedWindow. Where the page has no client, or is just being left, there is nothing
 *  to read; that is no error. */
export function devtoolsSource(inspected) {
  let last = null; // the cursor, by which the page knows this reader

  const call = (expression) =>
    new Promise((resolve, reject) => {
      inspected.eval(expression, (result, problem) => {
        if (problem) reject(new Error(problem.value ?? problem.description ?? "the page can't be asked"));
        else resolve(result);
      });
    });

  return {
    async read(cursor) {
      const json = await call(`(${readHook})(${HOOK}, ${quoted(cursor)})`).catch(() => null);
      const seen = json ? JSON.parse(json) : NOTHING;
      last = seen.cursor;
      return seen;
    },
    ask: (client, what, args) => call(`(${askHook})(${HOOK}, ${quoted([client, what, args ?? {}, last])})`),
    cancel: (ticket) => call(`${HOOK}?.cancel?.(${Number(ticket)})`).catch(() => {}),
  };
}

/** As an expression that gives the same value; as a literal of JavaScript, JSON may mean something else ("__proto__"). */
const quoted = (value) => `JSON.parse(${JSON.stringify(JSON.stringify(value ?? null))})`;

// These two run in the page, as text: they can't use anything around them.

function readHook(hook, cursor) {
  if (hook?.read) return JSON.stringify(hook.read(cursor));
  hook?.clients[0]?.self.watch().catch(() => {}); // from then on it can be read
  return null;
}

function askHook(hook, args) {
  return hook.ask(...args);
}
