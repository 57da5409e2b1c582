// <pyqueue-inspector>: what happens to the traces of a page, and how its queue is.
//
//   const inspector = document.createElement("pyqueue-inspector");
//   inspector.source = new PageSource();      // sources/, or sample.js
//
// source.read(cursor) → store.js → views, at most once for each frame, and not at all where nobody can see it.

import { Shell } from "./shell.js";
import { sheets } from "./sheets.js";
import { Store } from "./store.js";

export class Inspector extends HTMLElement {
  #store = null;
  #shell = null;
  #frame = 0;
  #watchesHidden = () => this.#follow();

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = sheets;
  }

  /** Where it reads from; see README.md. Another one begins anew. */
  set source(source) {
    this.#store?.stop();
    this.#store = new Store(source);
    this.#store.subscribe(() => this.#schedule());
    this.#shell = new Shell(this.#store, () => this.#schedule());
    this.shadowRoot.replaceChildren(this.#shell.element);
    this.#shell.show(this.getAttribute("view") ?? "overview");
    this.#follow();
  }

  /** Puts a button of the host's beside the others. */
  addTool(element) { this.#shell.tools.append(element); }

  connectedCallback() {
    document.addEventListener("visibilitychange", this.#watchesHidden);
    this.#follow();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#watchesHidden);
    this.#store?.stop();
  }

  #follow() {
    if (!this.isConnected || document.hidden) return this.#store?.stop();
    this.#store?.start();
    this.#schedule();
  }

  #schedule() {
    if (this.#frame || !this.isConnected || document.hidden) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#shell?.update();
    });
  }
}

if (!customElements.get("pyqueue-inspector")) customElements.define("pyqueue-inspector", Inspector);
