// The release board: an ordinary small app. What is traced is told where it happens, in one line each.

import { cardElement, editTitle } from "./cards.js";
import { Columns } from "./columns.js";
import { addIcons, byId, setText } from "./dom.js";
import { enableDragging } from "./drag.js";
import { enableKeys } from "./keyboard.js";
import { Board, COLUMNS } from "./model.js";
import { publishNotes } from "./release-notes.js";
import { draft, saveBoard, savedBoard } from "./server.js";
import { toast } from "./toast.js";
import { span, trace } from "./tracing.js";

const SEARCH_PAUSE = 400;

const unsaved = draft.read();
const board = new Board(unsaved ?? savedBoard());
const verbs = { add, edit, remove, step, undo };
const columns = new Columns(byId("columns"), verbs);
let dirty = unsaved !== undefined;
let filter = "";

function show() {
  columns.show(board, filter);
  byId("undo").disabled = !board.canUndo;
  byId("unsaved").hidden = !dirty;
}

function changed(announcement) {
  dirty = true;
  draft.write(board.cards);
  show();
  setText(byId("announce"), announcement);
}

function add(column) {
  const item = cardElement({ id: "", label: "new", title: "" }, verbs);
  item.classList.add("fresh");
  columns.list(column).append(item);
  item.scrollIntoView({ block: "nearest", inline: "nearest" });
  editTitle(item, (title, byKey) => {
    item.remove();
    if (!title) return;
    const card = board.add(column, title);
    changed("Card added");
    if (byKey) columns.item(card.id).focus();
    trace("board.card.add", { card: card.id, column, title }, { priority: "normal" });
  });
}

function edit(id) {
  const before = board.find(id).title;
  editTitle(columns.item(id), (title, byKey) => {
    if (byKey) columns.item(id).focus();
    if (!title || title === before) return;
    board.edit(id, title);
    changed("Title changed");
    trace("board.card.edit", { card: id, title, before }, { priority: "normal" });
  });
}

function move(id, column, beforeId, how, duration) {
  const from = board.find(id).column;
  if (!board.move(id, column, beforeId)) return;
  const order = board.inColumn(column);
  const position = order.findIndex((card) => card.id === id) + 1;
  changed(`Moved to ${COLUMNS[column]}, ${position} of ${order.length}`);
  trace("board.card.move", { card: id, from, to: column, position, how }, { priority: "normal", duration });
}

/** One step by key or button: left and right change the column, up and down the order. */
function step(id, key) {
  const { column } = board.find(id);
  const siblings = board.inColumn(column);
  const row = siblings.findIndex((card) => card.id === id);
  const aside = (by) => Object.keys(COLUMNS)[Object.keys(COLUMNS).indexOf(column) + by];
  const [target, before] = {
    ArrowLeft: () => [aside(-1), board.inColumn(aside(-1))[row]],
    ArrowRight: () => [aside(1), board.inColumn(aside(1))[row]],
    ArrowUp: () => [column, siblings[Math.max(row - 1, 0)]],
    ArrowDown: () => [column, siblings[row + 2]],
  }[key]();
  if (target && before?.id !== id) move(id, target, before?.id, "keyboard");
  columns.item(id).scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** What has the focus when `item` is gone: a card beside it that the search shows, or else where one is added. */
function beside(item) {
  const cards = [...item.parentNode.querySelectorAll(".card:not([hidden])")];
  const at = cards.indexOf(item);
  return cards[at + 1] ?? cards[at - 1] ?? byId("add");
}

function remove(id) {
  const card = board.find(id);
  if (!card) return;
  const next = beside(columns.item(id));
  board.remove(id);
  changed("Card deleted");
  next.focus();
  trace("board.card.delete", { card: id, column: card.column, title: card.title }, { priority: "high" });
}

function undo() {
  if (!board.canUndo) return;
  const undone = board.undo();
  changed(`Undone: ${undone}`);
  trace("board.undo", { undone }, { priority: "normal" });
}

async function save() {
  const button = byId("save");
  if (button.disabled) return;
  const { cards } = board;
  const saving = span("board.save", { cards: cards.length }, { priority: "high" });
  button.disabled = true;
  try {
    await saveBoard(cards);
    saving.end({ status: "ok" });
    dirty = board.cards !== cards;
    if (!dirty) draft.discard();
    toast("Board saved");
  } catch (error) {
    saving.end({ status: "error", error });
    toast("The board could not be saved. Your changes are still here.", { kind: "failure", action: { label: "Retry", run: save } });
  } finally {
    button.disabled = false;
    show();
  }
}

function breakSomething() {
  try {
    publishNotes(board.cards);
  } catch (error) {
    trace("app.error", { during: "publish release notes" }, { priority: "critical", status: "error", error });
    toast(`Caught and traced: ${error.message}`, { kind: "failure" });
  }
}

let pause;
function search() {
  filter = byId("search").value.trim().toLowerCase();
  show();
  clearTimeout(pause);
  pause = setTimeout(() => {
    const matches = board.cards.filter((card) => !columns.item(card.id).hidden).length;
    trace("board.search", { letters: filter.length, matches }, { priority: "low" }); // how much was typed, not what
  }, SEARCH_PAUSE);
}

addIcons();
show();
enableKeys(byId("columns"), verbs);
enableDragging(byId("columns"), {
  drop: (id, column, beforeId, duration) => move(id, column, beforeId, "mouse", duration),
  pointer: (card, x, y) => trace("ui.pointer", { card, x, y }, { priority: "low" }),
});
byId("add").addEventListener("click", () => add("todo"));
byId("undo").addEventListener("click", undo);
byId("save").addEventListener("click", save);
byId("break").addEventListener("click", breakSomething);
byId("search").addEventListener("input", search);
