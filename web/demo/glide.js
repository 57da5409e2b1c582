// Cards glide to their new place: measure, change, and play the difference backwards.

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function glide(items, change) {
  if (calm.matches) return change();
  const before = new Map(items.map((item) => [item, item.getBoundingClientRect()]));
  change();
  for (const [item, from] of before) {
    const to = item.getBoundingClientRect();
    const [x, y] = [from.left - to.left, from.top - to.top];
    const visible = from.width && to.width;
    if (visible && (x || y)) item.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 180, easing: "ease-out" });
  }
}
