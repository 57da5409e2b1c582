// What a trace holds, as queries ask for it: an attribute by its key, and a text anywhere in it. As
// pyqueue/contents.py.

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether there is this value under the key: "user.plan" is that key, or "plan" in "user". */
export function hasAttribute(holder, key, value) {
  if (!isObject(holder)) return false;
  if (Object.hasOwn(holder, key) && holder[key] === value) return true;
  for (let cut = key.indexOf("."); cut >= 0; cut = key.indexOf(".", cut + 1)) {
    const first = key.slice(0, cut);
    if (Object.hasOwn(holder, first) && hasAttribute(holder[first], key.slice(cut + 1), value)) return true;
  }
  return false;
}

/** Whether it is, in whatever case, in the name, the error, or a text or number among the attributes. */
export function hasText({ name, error, attributes }, lowered) {
  const waiting = [name, error, attributes];
  while (waiting.length) {
    const value = waiting.pop();
    if (typeof value === "string" || typeof value === "number") {
      if (String(value).toLowerCase().includes(lowered)) return true;
    } else if (value && typeof value === "object") {
      for (const inner of Object.values(value)) waiting.push(inner);
    }
  }
  return false;
}
