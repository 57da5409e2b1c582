// Tabs as the ARIA practices describe them: arrows switch, one stop for the Tab key.

import { byId } from "./dom.js";

/** `onShow(panelId)` tells which panel came up. */
export function enableTabs(onShow) {
  const tabs = [byId("tab-live"), byId("tab-stored")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tabs[1 - tabs.indexOf(tab)];
      select(other);
      other.focus();
    });
  }

  function select(chosen) {
    for (const tab of tabs) {
      tab.ariaSelected = String(tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
    onShow(chosen.getAttribute("aria-controls"));
  }
}
