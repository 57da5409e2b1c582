// The tabs that live, and the accounts of all sessions: what each page's visit took, and what became of it.

import { el, setText } from "../dom.js";
import { bytes, count, dateTime, milliseconds } from "../format.js";
import { dropped, held } from "../history.js";
import { shown } from "../shown.js";

const PACE = 5_000; // ms
const COLUMNS = ["offered", "written", "refused", "evicted", "cancelled", "dead", "unknown", "recovered"];
const TITLES = { written: "stored" };
const BAD = ["refused", "evicted", "dead", "unknown"];

export class Sessions {
  title = "Sessions";
  #store;
  #askedAt = -Infinity;
  #client = null;

  constructor(store) {
    this.#store = store;
    this.rows = el("tbody");
    this.tabs = el("tbody");
    this.said = el("p", { className: "note", role: "status" });
    this.element = el("div", { className: "view page" },
      el("h3", { className: "caption" }, "Tabs of this origin"),
      table("Tabs", ["Tab", "Queue"], ["Waiting", "Stored", "Dropped", "Memory", "Up"], this.tabs),
      el("h3", { className: "caption" }, "Sessions"),
      el("p", { className: "intro note" }, "A session is one run of one writer. What it was offered was refused or accepted; what it accepted was stored, evicted, cancelled, given up, or is still held."),
      table("Sessions", ["Session", "Began", "Ended"], [...COLUMNS.map((name) => TITLES[name] ?? name), "account"], this.rows), this.said);
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
  }

  async #load() {
    try {
      const sessions = await this.#store.ask("sessions");
      const live = [...this.#store.clients.values()].map(({ about }) => about);
      this.rows.replaceChildren(...sessions.map((account) => row(account, live)));
      setText(this.said, sessions.length ? "" : "No session has written anything yet.");
    } catch (error) {
      setText(this.said, shown(error.message));
    }
  }
}

function table(label, texts, numbers, rows) {
  const head = (name, className) => el("th", { scope: "col", className }, name[0].toUpperCase() + name.slice(1));
  return el("div", { className: "scroller", tabIndex: 0, role: "region", ariaLabel: label },
    el("table", { className: "wide-table" }, el("thead", {}, el("tr", {}, ...texts.map((name) => head(name, "")), ...numbers.map((name) => head(name, "number")))), rows));
}

function tabRow({ session, isThis, isLeader, metrics = {} }) {
  const numbers = [count(held(metrics)), count(metrics.written), count(dropped(metrics)), bytes(metrics.memoryUsage), milliseconds(metrics.uptime)];
  return el("tr", {}, el("th", { scope: "row", className: "code nowrap" }, shown(session, 60), isThis && el("span", { className: "tag" }, "this page"),
    isLeader && el("span", { className: "tag", title: "It looks after what is stored, for all tabs" }, "leads")), el("td", {}, shown(metrics.mode ?? "–", 20)),
    ...numbers.map((number) => el("td", { className: "number" }, number)));
}

function row(account, live) {
  const { session, closed } = account;
  const here = live.some((about) => session === about.session || session.startsWith(`${about.session}-`));
  const numbers = COLUMNS.map((name) => el("td", { className: `number ${BAD.includes(name) && account[name] ? "bad" : ""}` }, account[name] === undefined ? "–" : count(account[name])));
  return el("tr", {}, el("th", { scope: "row", className: "code nowrap" }, shown(session, 60), here && el("span", { className: "tag" }, "this page")),
    el("td", { className: "nowrap" }, dateTime(began(session))), el("td", { className: "nowrap" }, closed ? dateTime(closed) : el("span", { className: "note" }, "alive")),
    ...numbers, el("td", { className: "number" }, verdict(account)));
}

/** A session's name begins with its time, in base 36. */
function began(session) {
  const time = parseInt(session.slice(0, 9), 36);
  return time > 1e12 && time < 1e13 ? time : NaN;
}

/** Whether it adds up; of one that is closed, what is not known is counted, too. */
function verdict({ offered, refused = 0, accepted, written = 0, evicted = 0, cancelled = 0, dead = 0, queued = 0, inFlight = 0, retrying = 0, unknown = 0, recovered = 0, closed }) {
  const isIn = offered === refused + accepted;
  const ended = written + evicted + cancelled + dead;
  const isOut = closed ? ended + unknown + recovered >= accepted : accepted === ended + queued + inFlight + retrying;
  return isIn && isOut ? "adds up" : el("span", { className: "bad" }, "does not add up");
}
