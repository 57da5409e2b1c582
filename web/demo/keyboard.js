// The board without a mouse. On a card: a modifier and an arrow move it, plain arrows walk, Enter edits, Delete removes.

const HAS_ITS_OWN_UNDO = "input, textarea";

/** `on` carries step(id, key), edit(id), remove(id) and undo(). */
export function enableKeys(columns, on) {
  columns.addEventListener("keydown", (event) => {
    const item = event.target;
    if (!item.matches(".card")) return; // the buttons inside a card have keys of their own
    const action = actionFor(event, item, columns, on);
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("keydown", (event) => {
    const wanted = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!wanted || event.target.matches(HAS_ITS_OWN_UNDO)) return;
    event.preventDefault();
    on.undo();
  });
}

function actionFor(event, item, columns, on) {
  const { id } = item.dataset;
  const moves = event.altKey || event.ctrlKey || event.shiftKey; // macOS keeps Ctrl + arrows, some desktops Alt: any will do
  if (event.key.startsWith("Arrow")) return () => (moves ? on.step(id, event.key) : walk(columns, item, event.key));
  if (event.key === "Enter") return () => on.edit(id);
  if (event.key === "Delete") return () => on.remove(id);
  return null;
}

function walk(columns, item, key) {
  const lists = [...columns.querySelectorAll(".cards")].map((list) => [...list.querySelectorAll(".card:not([hidden])")]);
  const column = lists.findIndex((list) => list.includes(item));
  const row = lists[column].indexOf(item);
  const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const list = lists[column + right] ?? [];
  list[Math.min(row + down, right ? list.length - 1 : row + down)]?.focus();
}
