// The inspector, by its button or by Alt+Shift+Q. Like pyqueue itself, it may be missing.

import { byId } from "./dom.js";

try {
  const { mount } = await import("/pyqueue/inspector/in_page.js");
  const { toggle } = mount();
  byId("inspect").addEventListener("click", toggle);
  byId("inspect").hidden = false;
} catch {} // then there is no button
