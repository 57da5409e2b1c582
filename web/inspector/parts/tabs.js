// Tabs as the ARIA practices describe them: arrows switch, one stop for the Tab key.

import { el } from "../dom.js";

/** `panels`: [{id, title, element}]; `onShow(id)` tells which came up. Returns {list, select(id), badge(id, text)}. */
export function tabs(label, panels, onShow) {
  const buttons = panels.map(({ id, title, element }) => {
    element.setAttribute("role", "tabpanel");
    element.setAttribute("aria-labelledby", `tab-${id}`);
    element.id = `panel-${id}`;
    element.hidden = true;
    const about = { type: "button", role: "tab", tabIndex: -1, ariaSelected: "false", "aria-controls": `panel-${id}`, "data-view": id };
    return el("button", { id: `tab-${id}`, ...about }, el("span", {}, title), el("span", { className: "badge", hidden: true }));
  });
  const list = el("div", { role: "tablist", className: "tabs", ariaLabel: label }, ...buttons);

  function select(id) {
    for (const [n, panel] of panels.entries()) {
      const isIt = panel.id === id;
      buttons[n].ariaSelected = String(isIt);
      buttons[n].tabIndex = isIt ? 0 : -1;
      panel.element.hidden = !isIt;
      if (isIt) buttons[n].scrollIntoView?.({ block: "nearest", inline: "nearest" });
    }
    onShow(id);
  }

  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=tab]");
    if (chosen) select(chosen.dataset.view);
  });
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons.at(to % buttons.length);
    select(next.dataset.view);
    next.focus();
  });
  return {
    list, select,
    badge(id, text) {
      const badge = list.querySelector(`[data-view="${id}"] .badge`);
      badge.hidden = !text;
      if (badge.textContent !== text) badge.textContent = text;
    },
  };
}
