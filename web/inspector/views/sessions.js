// The tabs that live, and the accounts of all sessions: what each page's visit took, and what became of it.

import { div, el, note, setText } from "../dom.js";
import { bytes, count, dateTime, milliseconds } from "../format.js";
import { dropped, held } from "../history.js";
import { table } from "../parts/table.js";
import { shown } from "../shown.js";

const PACE = 5_000; // ms
const INTRO = "A session is one run of one writer. What it was offered was refused or accepted; what it accepted was stored, evicted, " +
  "cancelled, given up, or is still held.";
const COLUMNS = ["offered", "written", "refused", "evicted", "cancelled", "dead", "unknown", "recovered"];
const TITLES = { written: "stored" };
const BAD = ["refused", "evicted", "dead", "unknown"];

export class Sessions {
  title = "Sessions";
  #store;
  #askedAt = -Infinity;
  #client = null;
  #accounts = [];
  #open = []; // sessions of the tabs that answer

  constructor(store) {
    this.#store = store;
    this.rows = el("tbody");
    this.tabs = el("tbody");
    this.said = el("p", { className: "note", role: "status" });
    const numbers = [...COLUMNS.map((name) => capital(TITLES[name] ?? name)), "Account"];
    this.element = div("view page",
      el("h3", { className: "caption" }, "Tabs of this origin"),
      table("Tabs", ["Tab", "Queue"], ["Waiting", "Stored", "Dropped", "Memory", "Up"], this.tabs),
      el("h3", { className: "caption" }, "Sessions"),
      el("p", { className: "intro note" }, INTRO),
      table("Sessions", ["Session", "Began", "Ended"], numbers, this.rows),
      this.said);
  }

  enter() { this.#askedAt = -Infinity; }

  update() {
    const { client } = this.#store;
    const now = performance.now();
    if (!client || (client === this.#client && now - this.#askedAt < PACE)) return;
    [this.#client, this.#askedAt] = [client, now];
    this.#load();
    this.#loadTabs();
  }

  /** Others are asked, who may not answer: this is no reason not to show the accounts. */
  async #loadTabs() {
    const tabs = await this.#store.ask("tabs").catch(() => []);
    this.tabs.replaceChildren(...tabs.map(tabRow));
    this.#open = tabs.map(({ session }) => session);
    this.#show();
  }

  async #load() {
    try {
      this.#accounts = await this.#store.ask("sessions");
      setText(this.said, this.#accounts.length ? "" : "No session has written anything yet.");
    } catch (error) {
      setText(this.said, shown(error.message));
    }
    this.#show();
  }

  #show() {
    const here = [...this.#store.clients.values()].map(({ about }) => about.session);
    this.rows.replaceChildren(...this.#accounts.map((account) => row(account, here, [...here, ...this.#open])));
  }
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const cell = (content, className = "") => el("td", { className }, content);
const number = (content) => cell(content, "number");
const tag = (text, title = "") => el("span", { className: "tag", title }, text);
const name = (session, ...tags) => el("th", { scope: "row", className: "code nowrap" }, shown(session, 60), ...tags);

function tabRow({ session, isThis, isLeader, metrics = {} }) {
  const { written, memoryUsage, uptime, mode = "–" } = metrics;
  const leads = isLeader && tag("leads", "It looks after what is stored, for all tabs");
  const numbers = [count(held(metrics)), count(written), count(dropped(metrics)), bytes(memoryUsage), milliseconds(uptime)];
  return el("tr", {}, name(session, isThis && tag("this page"), leads), cell(shown(mode, 20)), ...numbers.map(number));
}

/** A page's session is that of its writers, each of which has a number more. */
const isOf = (session, pages) => pages.some((page) => session === page || session.startsWith(`${page}-`));

function row(account, here, open) {
  const { session, closed } = account;
  const isHere = isOf(session, here);
  const counts = COLUMNS.map((key) => {
    const isBad = BAD.includes(key) && account[key];
    return cell(account[key] === undefined ? "–" : count(account[key]), isBad ? "number bad" : "number");
  });
  const ended = closed ? dateTime(closed) : note(isOf(session, open) ? "alive" : "not closed yet");
  return el("tr", {}, name(session, isHere && tag("this page")), cell(dateTime(began(session)), "nowrap"), cell(ended, "nowrap"),
    ...counts, number(verdict(account)));
}

/** A session's name begins with its time, in base 36. */
function began(session) {
  const time = parseInt(session.slice(0, 9), 36);
  return time > 1e12 && time < 1e13 ? time : NaN;
}

/** Whether it adds up; of one that is closed, what is not known is counted, too. */
function verdict(account) {
  const { offered, accepted, refused = 0, queued = 0, inFlight = 0, retrying = 0, unknown = 0, recovered = 0, closed } = account;
  const { written = 0, evicted = 0, cancelled = 0, dead = 0 } = account;
  const ended = written + evicted + cancelled + dead;
  const isOut = closed ? ended + unknown + recovered >= accepted : accepted === ended + queued + inFlight + retrying;
  return offered === refused + accepted && isOut ? "adds up" : el("span", { className: "bad" }, "does not add up");
}
