// Elements without innerHTML: what is shown comes from anyone, so it only ever becomes text.

export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && !key.includes("-")) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

/** Writes only what changed: most of what is on the screen stays as it is from one look to the next. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const div = (className, ...children) => el("div", { className }, ...children);

/** A line beside the point; `more` are properties. */
export const note = (text = "", more = {}) => el("span", { className: "note", ...more }, text);

export const button = (label, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, label);

/** A priority's mark: its colour, and a shape of its own for those to whom the colours are alike. */
export const mark = (priority) => el("i", { className: "mark", "data-lane": priority, "aria-hidden": "true" });

/** A sheet from CSS text. It is no inline style, so that the strictest policy lets it be. */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
