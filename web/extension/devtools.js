// The panel is loaded when it is first looked at, and reads only while it is: a tool that reads is watching.
chrome.devtools.panels.create("pyqueue", "", "panel.html", (panel) => {
  let page;
  panel.onShown.addListener((shown) => (page = shown).look?.(true)); // before it has run, it looks by itself
  panel.onHidden.addListener(() => page?.look?.(false));
});
