// Faults of IndexedDB in one realm: a page, a frame or a worker. Called with {fault, times, delay} it
// adds one; with null it takes all back and returns how often they struck. README.md lists them.
(command) => {
  const here = (globalThis[Symbol.for("pyqueue.testing.faults")] ??= { undo: [], struck: 0 });
  if (!command) {
    while (here.undo.length) here.undo.pop()();
    const { struck } = here;
    here.struck = 0;
    return struck;
  }

  const { fault, times, delay } = command;
  let left = times ?? Infinity;
  const strikes = () => left > 0 && ((left -= 1), (here.struck += 1), true);
  // Those that the browser throws have a stack, by which Pyodide knows them for errors.
  const error = (name, message) =>
    Object.defineProperty(new DOMException(message, name), "stack", { value: new Error(message).stack });
  const fix = (object, property, value) =>
    Object.defineProperty(object, property, { value, configurable: true });

  /** Replaces a method where the fault strikes; `act` is called as it would be, with the real one. */
  const on = ({ prototype }, method, act, concerns = () => true) => {
    const real = prototype[method];
    prototype[method] = function (...args) {
      return concerns(...args) && strikes() ? act.call(this, real, ...args) : real.apply(this, args);
    };
    here.undo.push(() => (prototype[method] = real));
  };
  const writes = (stores, mode) => mode === "readwrite";
  const throwing = (name, message) => () => {
    throw error(name, message);
  };

  /** A real request that can't succeed: it creates a database, and aborts that. */
  const failing = (factory, open, answers) => {
    const request = open.call(factory, `pyqueue.testing ${crypto.randomUUID?.() ?? Math.random()}`);
    fix(request, "error", error("UnknownError", "Internal error opening backing store."));
    request.addEventListener("upgradeneeded", (event) => {
      event.stopImmediatePropagation();
      request.transaction.abort();
    });
    request.addEventListener("error", (event) => {
      event.preventDefault(); // Firefox would tell the window
      if (!answers) event.stopImmediatePropagation();
    });
    return request;
  };

  /** A transaction takes all requests, and aborts when it should commit. */
  const aborting = (db, begin, args, reason) => {
    const tx = begin.apply(db, args);
    const abort = () => {
      try {
        tx.abort();
      } catch { // it has ended already
      }
    };
    if (reason) fix(tx, "error", reason);
    fix(tx, "commit", abort);
    queueMicrotask(abort); // for who leaves the commit to the browser
    return tx;
  };

  const faults = {
    "missing": () => {
      const real = globalThis.indexedDB;
      const own = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
      const get = () => (strikes() ? undefined : real);
      Object.defineProperty(globalThis, "indexedDB", { get, configurable: true });
      here.undo.push(() => {
        delete globalThis.indexedDB;
        if (own) Object.defineProperty(globalThis, "indexedDB", own);
      });
    },
    "open throws": () =>
      on(IDBFactory, "open", throwing("SecurityError", "Access to storage is denied.")),
    "open fails": () =>
      on(IDBFactory, "open", function (open) { return failing(this, open, true); }),
    "open blocked": () =>
      on(IDBFactory, "open", function (open) { return failing(this, open, false); }),
    "connection closing": () =>
      on(IDBDatabase, "transaction",
        throwing("InvalidStateError", "The database connection is closing.")),
    "transaction inactive": () => {
      for (const method of ["add", "put", "delete", "get", "getAll", "getAllKeys", "openCursor"]) {
        on(IDBObjectStore, method,
          throwing("TransactionInactiveError", "The transaction is not active."));
      }
    },
    "write aborts": () =>
      on(IDBDatabase, "transaction", function (begin, ...args) {
        return aborting(this, begin, args);
      }, writes),
    "quota": () =>
      on(IDBDatabase, "transaction", function (begin, ...args) {
        return aborting(this, begin, args, error("QuotaExceededError", "The quota is exceeded."));
      }, writes),
    "closes": () =>
      on(IDBDatabase, "transaction", function (begin, ...args) {
        const tx = aborting(this, begin, args);
        tx.addEventListener("abort", () => this.dispatchEvent(new Event("close")));
        this.close();
        return tx;
      }),
    "slow": () =>
      on(IDBDatabase, "transaction", function (begin, ...args) {
        const tx = begin.apply(this, args);
        const late = (event) => {
          event.stopImmediatePropagation();
          setTimeout(() => tx.dispatchEvent(new Event("complete")), delay);
        };
        tx.addEventListener("complete", late, { once: true });
        return tx;
      }),
  };
  faults[fault]();
}
