// The sample's settings: some of the options that a real client has, with their limits.

const option = (value, meaning, least, most = null) => ({ value, default: value, meaning, least, most });
const names = (value) => ({ value, default: [], meaning: "exact, or with `*`, `?` and `[…]`" });

const CONFIG = {
  maxQueueSize: option(600, "traces held: queued, in flight, retrying", 1),
  maxQueueBytes: option(5_242_880, "their encoded bytes", 1),
  rateLimit: option(0, "traces a second for each source; 0 is no limit", 0),
  sampleRate: option(1, "share of the traces that is kept", 0, 1),
  maxBatchSize: option(60, "traces in a batch", 1, 10_000),
  batchTimeout: option(1_000, "longest wait of a trace for its batch", 0),
  maxInFlight: option(4, "transactions at a time", 1, 64),
  maxRetries: option(3, "attempts after the first", 0),
  retryBaseDelay: option(100, "first retry waits up to this long", 0),
  heapThreshold: option(0.8, "share of the platform's heap limit", 0, 1),
  breakerThreshold: option(10, "consecutive failures until it opens", 1),
  breakerCooldown: option(5_000, "time to the first probe", 0),
};

const RETENTION = {
  maxAge: option(604_800_000, "after which a trace goes, however important", 0),
  maxCount: option(0, "stored traces", 0),
  maxBytes: option(20_971_520, "their bytes", 0),
  maxDeadLetters: option(10_000, "stored dead letters", 0),
  maxShare: option(0.1, "of the quota that others in the origin leave", 0.001, 1),
  keepNames: names(["payment.*"]),
  keepIds: names([]),
};

export class SampleSettings {
  config = structuredClone(CONFIG);
  retention = structuredClone(RETENTION);

  /** Throws as pyqueue does, naming the option and its limits. */
  configure(changes) { change(this.config, changes); }
  retain(changes) { change(this.retention, changes); }
}

function change(options, changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (!options[name]) throw new Error(`config: unknown option ${name}`);
    const { least = -Infinity, most } = options[name];
    const span = most === null ? `at least ${least}` : `${least} to ${most}`;
    if (typeof value === "number" && !(value >= least && value <= (most ?? Infinity))) throw new Error(`${name} must be ${span}, not ${value}`);
  }
  for (const [name, value] of Object.entries(changes)) options[name].value = value;
}
