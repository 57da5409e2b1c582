// Numbers for people.

const whole = new Intl.NumberFormat("en");

export const count = (value) => (Number.isFinite(value) ? whole.format(value) : "–");

export function milliseconds(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function bytes(value) {
  if (!Number.isFinite(value)) return "–";
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1024 / 1024).toFixed(2)} MiB`;
}

export const share = (value) => (Number.isFinite(value) ? `${Math.round(value * 100)} %` : "–");

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
export const time = (timestamp) => clock.format(timestamp);

/** Attributes in one line: the title where there is one, else what else they say. */
export function summary(attributes = {}) {
  const { title, card, payload, ...rest } = attributes ?? {};
  return String(title ?? Object.entries(rest).map(([name, value]) => `${name} ${value}`).join(" · "));
}
