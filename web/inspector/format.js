// Numbers and times for people, always of the same width where they stand in a column.

export const PRIORITIES = ["critical", "high", "normal", "low"];

const STATES = { written: "stored", in_flight: "writing" };
export const stateName = (state) => STATES[state] ?? state ?? "";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const NONE = "–";

export const count = (value) => (Number.isFinite(value) ? whole.format(value) : NONE);

export const traces = (number) => `${count(number)} ${number === 1 ? "trace" : "traces"}`;

export function milliseconds(value) {
  if (!Number.isFinite(value)) return NONE;
  if (value < 0) return `−${milliseconds(-value)}`;
  if (value > 0 && value < 0.1) return `${Math.round(value * 1_000)} µs`;
  if (value < 10) return `${value.toFixed(1)} ms`;
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1_000).toFixed(value < 10_000 ? 2 : 1)} s`;
  if (value < 3_600_000) return `${Math.floor(value / 60_000)} min ${Math.floor((value % 60_000) / 1_000)} s`;
  return `${Math.floor(value / 3_600_000)} h ${Math.floor((value % 3_600_000) / 60_000)} min`;
}

export function bytes(value) {
  if (!Number.isFinite(value)) return NONE;
  if (value < 1_024) return `${Math.round(value)} B`;
  if (value < 1_024 ** 2) return `${(value / 1_024).toFixed(1)} KiB`;
  if (value < 1_024 ** 3) return `${(value / 1_024 ** 2).toFixed(1)} MiB`;
  return `${(value / 1_024 ** 3).toFixed(1)} GiB`;
}

export const share = (value) => (Number.isFinite(value) ? `${(value * 100).toFixed(value && value < 0.1 ? 1 : 0)} %` : NONE);

const two = (value) => String(value).padStart(2, "0");

/** Hours to milliseconds, in the reader's time zone. By hand: Intl takes ten times as long, and lists show many. */
export function clock(timestamp) {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return NONE;
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

export function dateTime(timestamp) {
  const date = new Date(timestamp);
  if (!Number.isFinite(timestamp) || Number.isNaN(date.getTime())) return NONE;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
