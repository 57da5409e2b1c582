// The frame around the views: which client, which view, what is under way, and what is wrong.

import { el, setText } from "./dom.js";
import { count, traces } from "./format.js";
import { ExportMenu } from "./parts/export_menu.js";
import { tabs } from "./parts/tabs.js";
import { Work } from "./parts/work.js";
import { shown } from "./shown.js";
import { DeadLetters } from "./views/dead_letters.js";
import { Overview } from "./views/overview.js";
import { Sessions } from "./views/sessions.js";
import { Settings } from "./views/settings.js";
import { Stored } from "./views/stored.js";
import { Traces } from "./views/traces.js";

const VIEWS = { overview: Overview, traces: Traces, stored: Stored, letters: DeadLetters, sessions: Sessions, settings: Settings };
const OF_A_FILE = ["traces"];
const NOBODY = "No client of pyqueue is here yet. One that starts later will show up.";

export class Shell {
  #store;
  #views;
  #current;
  #redraw;

  constructor(store, redraw) {
    [this.#store, this.#redraw] = [store, redraw];
    const go = (view, ...how) => this.show(view, ...how);
    const ids = Object.keys(VIEWS).filter((id) => !store.isFile || OF_A_FILE.includes(id));
    this.#views = Object.fromEntries(ids.map((id) => [id, new VIEWS[id](store, go)]));
    const panels = ids.map((id) => ({ id, title: this.#views[id].title, element: this.#views[id].element }));
    this.tabs = tabs("Views", panels, (id) => this.#shown(id));
    const choose = () => store.choose(this.#idOf(this.clients.value));
    this.clients = el("select", { className: "client", ariaLabel: "Client", hidden: true, onchange: choose });
    this.export = new ExportMenu(store, () => this.#current?.selection);
    this.tools = el("div", { className: "tools" }, this.clients, !store.isFile && this.export.element);
    this.work = new Work(store);
    this.about = el("span", { className: "about" });
    this.trouble = el("span", { className: "trouble", role: "status" });
    this.waiting = el("div", { className: "waiting", hidden: true }, el("strong", {}, "Nothing to see yet"), el("p", {}, NOBODY));
    this.element = el("div", { className: "root" },
      el("header", { className: "bar" }, el("h2", { className: "brand" }, "pyqueue"), this.tabs.list, this.tools),
      el("div", { className: "panels" }, ...Object.values(this.#views).map(({ element }) => element), this.waiting),
      el("footer", { className: "line" }, this.about, this.work.element, this.trouble));
  }

  /** Brings up a view; what else is given is its own affair. */
  show(id, ...how) {
    const view = this.#views[id] ? id : Object.keys(this.#views)[0];
    this.tabs.select(view);
    if (how.length) this.#views[view].enter?.(...how);
  }

  update() {
    const { clients, client, trouble, missed } = this.#store;
    this.waiting.hidden = clients.size > 0;
    this.#listClients([...clients.values()]);
    this.work.update();
    this.export.update();
    setText(this.trouble, trouble ? `can't read: ${shown(trouble)}` : missed ? `${count(missed)} events went by unseen` : "");
    setText(this.about, client ? words(client) : "");
    for (const [id, view] of Object.entries(this.#views)) if (view.badge) this.tabs.badge(id, view.badge());
    this.#current?.update();
  }

  /** By a click, a key, or show(): it begins anew. */
  #shown(id) {
    const isAnother = this.#current !== this.#views[id];
    this.#current = this.#views[id];
    if (isAnother) this.#current.enter?.();
    this.#redraw();
  }

  #listClients(all) {
    const names = all.map(({ about: { database, runtime = "", session = "" } }) =>
      `${shown(database, 40)} · ${runtime} · ${shown(session, 12)}`);
    this.clients.hidden = all.length < 2;
    if (names.join() === [...this.clients.options].map(({ textContent }) => textContent).join()) return;
    this.clients.replaceChildren(...all.map(({ about: { id } }, n) => el("option", { value: String(id) }, names[n])));
    this.clients.value = String(this.#store.chosen);
  }

  #idOf(text) { return [...this.#store.clients.keys()].find((id) => String(id) === text); }
}

function words({ about: { database, runtime, queue, session }, log }) {
  const python = runtime && (runtime === "none" ? "no Python" : `Python in ${runtime}`);
  const parts = [database, python, queue && `${queue} queue`, session && `session ${session}`];
  return [...parts.filter(Boolean).map((part) => shown(part, 40)), `${traces(log.seen)} seen`].join(" · ");
}

