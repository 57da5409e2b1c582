// The panel: the inspector, which looks at the inspected page for as long as it is shown itself.

import "../inspector/inspector.js";
import { devtoolsSource } from "../inspector/sources/devtools.js";

const { panels, inspectedWindow } = chrome.devtools;
const inspector = document.createElement("pyqueue-inspector");
inspector.setAttribute("theme", panels.themeName === "dark" ? "dark" : "light");
inspector.source = devtoolsSource(inspectedWindow);
document.body.append(inspector);

/** Called by devtools.js: a panel behind another one is not hidden as a page is. */
globalThis.look = (isShown) => (isShown ? document.body.append(inspector) : inspector.remove());
