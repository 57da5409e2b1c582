// The inspector in a page of its own clients, docked at the bottom: Alt+Shift+Q opens and closes it.
//
//   import { mount } from "/pyqueue/inspector/in_page.js";
//   const { toggle } = mount();
//
// Nothing is loaded, and nobody watched, before it is first opened.

const KEPT = "pyqueue.inspector.height"; // in sessionStorage
const DEFAULT = 0.45; // of the window's height
const LEAST = 120; // px
const STEP = 24;
const MODIFIERS = ["alt", "shift", "ctrl", "meta"];

/** Returns {open, close, toggle, unmount}. `hotkey` is like "Alt+Shift+Q", or null for none; `source` is another than
 *  the page's own hook. */
export function mount({ hotkey = "Alt+Shift+Q", source = null } = {}) {
  let element = null;
  let before = null; // what had the focus

  async function make() {
    const { docked } = await import("./docked.js");
    return docked({ source, height: height(), onHeight: keep, onClose: close, step: STEP, least: LEAST });
  }

  async function open() {
    const active = document.activeElement;
    element ??= make();
    const shown = await element;
    if (!shown.isConnected) before = active;
    document.body.append(shown);
    shown.showPopover?.();
    shown.focus();
  }

  async function close() {
    (await element)?.remove();
    before?.focus?.();
  }

  const toggle = async () => ((await element)?.isConnected ? close() : open());
  const isHotkey = hotkey ? keyOf(hotkey) : () => false;
  const onKey = (event) => {
    if (!isHotkey(event)) return;
    event.preventDefault();
    toggle();
  };
  addEventListener("keydown", onKey);

  async function unmount() {
    removeEventListener("keydown", onKey);
    (await element)?.remove();
  }

  return { open, close, toggle, unmount };
}

/** By the place of the key: with Alt, the letter is another one on many keyboards. */
function keyOf(hotkey) {
  const words = hotkey.split("+").map((word) => word.trim().toLowerCase());
  const letter = words.pop();
  const name = letter.toUpperCase();
  const code = /^[A-Z]$/.test(name) ? `Key${name}` : /^\d$/.test(name) ? `Digit${name}` : name;
  return (event) => event.code === code && MODIFIERS.every((modifier) => event[`${modifier}Key`] === words.includes(modifier));
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
