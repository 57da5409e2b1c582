// The inspector as a page of its own. ?sample shows a shop that is not there; ?view=traces begins elsewhere.

import "./inspector.js";
import { SampleSource } from "./sample.js";

const asked = new URLSearchParams(location.search);
const inspector = document.createElement("pyqueue-inspector");
if (asked.has("view")) inspector.setAttribute("view", asked.get("view"));
inspector.source = new SampleSource({
  live: asked.get("sample") !== "still", extra: Number(asked.get("extra") ?? 0), commands: asked.get("commands") !== "no",
});
document.body.append(inspector);
