// What is said where the page lets nobody change anything.

import { el } from "../dom.js";

export const refusal = () =>
  el("p", { className: "refused note", hidden: true },
    "This page lets nobody change anything from here. It is allowed by ", el("code", {}, "start({ devtools: { commands: true } })"), ".");
