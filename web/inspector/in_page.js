// The inspector in a page of its own clients, docked at the bottom: Alt+Shift+Q opens and closes it.
//
//   import { mount } from "/pyqueue/inspector/in_page.js";
//   const { toggle } = mount();
//
// Nothing is loaded, and nobody watched, before it is first opened.

import { isHotkey } from "./hotkey.js";

const KEPT = "pyqueue.inspector.height"; // in sessionStorage
const DEFAULT = 0.45; // of the window's height
const LEAST = 120; // px
const STEP = 24;

/** Returns {open, close, toggle, unmount}. `hotkey` is like "Alt+Shift+Q", "Cmd+K" or "F9", or null for none; `source`
 *  is another than the page's own hook. */
export function mount({ hotkey = "Alt+Shift+Q", source = null } = {}) {
  let element = null;
  let before = null; // what had the focus

  async function make() {
    const { docked } = await import("./docked.js");
    return docked({ source, height: height(), onHeight: keep, onClose: close, step: STEP, least: LEAST });
  }

  /** What failed to load is tried again when it is next opened. */
  const loaded = () => (element ??= make().catch((error) => {
    element = null;
    throw error;
  }));

  async function open() {
    const active = document.activeElement;
    const shown = await loaded();
    if (!shown.isConnected) before = active;
    shown.show();
    shown.focus();
  }

  async function close() {
    const shown = await element;
    if (!shown?.isConnected) return;
    shown.hide();
    before?.focus?.();
  }

  const toggle = async () => ((await element)?.isConnected ? close() : open());
  const isIt = hotkey ? isHotkey(hotkey) : () => false;
  const onKey = (event) => {
    if (!isIt(event)) return;
    event.preventDefault();
    toggle();
  };
  addEventListener("keydown", onKey, true); // first of all: the inspector keeps its keys to itself

  async function unmount() {
    removeEventListener("keydown", onKey, true);
    (await element)?.hide();
  }

  return { open, close, toggle, unmount };
}

function height() {
  try {
    return Number(sessionStorage.getItem(KEPT)) || innerHeight * DEFAULT;
  } catch { // storage may be forbidden
    return innerHeight * DEFAULT;
  }
}

function keep(value) {
  try {
    sessionStorage.setItem(KEPT, String(Math.round(value)));
  } catch {} // then it begins as it always does
}
