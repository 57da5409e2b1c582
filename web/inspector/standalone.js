// The inspector as a page of its own, for files: dropped here, or chosen. ?sample shows a shop that is not there;
// ?view=traces begins with another view.

import { button, el, setText } from "./dom.js";
import "./inspector.js";
import { shown } from "./shown.js";
import { openFiles } from "./sources/file.js";

const WELCOME = "Drop files here that pyqueue exported, as NDJSON, JSON or OTLP/JSON lines, or OTLP files of others. They are " +
  "read in this page, and leave it for nowhere.";
const asked = new URLSearchParams(location.search);
const picker = el("input", { type: "file", multiple: true, hidden: true, accept: ".ndjson,.jsonl,.json,.txt", onchange: () => open(picker.files) });
const said = el("p", { role: "status" });
const welcome = el("main", { className: "welcome" },
  el("h1", {}, "pyqueue inspector"),
  el("p", {}, WELCOME),
  el("p", { className: "choices" },
    button("Open files …", () => picker.click(), { className: "primary" }), button("Show a sample", () => sample())),
  said);
let inspector = null;

function show(source) {
  inspector?.remove();
  inspector = document.createElement("pyqueue-inspector");
  if (asked.has("view")) inspector.setAttribute("view", asked.get("view"));
  inspector.source = source;
  inspector.addTool(button("Open files …", () => picker.click()));
  welcome.remove();
  document.body.append(said, inspector);
}

/** What is open stays until the next one is read; where that can't be, beside the message. */
async function open(files) {
  if (!files.length) return;
  setText(said, "Reading …");
  try {
    show(await openFiles([...files], (count) => setText(said, `${count} traces …`)));
    setText(said, "");
  } catch (error) {
    setText(said, shown(error.message, 400));
  }
  picker.value = "";
}

async function sample() {
  const { SampleSource } = await import("./sample.js");
  const extra = Number(asked.get("extra") ?? 0);
  show(new SampleSource({ extra, live: asked.get("sample") !== "still", commands: asked.get("commands") !== "no" }));
}

document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  open(event.dataTransfer.files);
});
document.body.append(picker, welcome);
if (asked.has("sample")) sample();
