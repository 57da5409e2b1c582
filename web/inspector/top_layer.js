// Above everything in a page, and within reach: a popover that follows what comes to the top layer.

const CHANGES = ["fullscreenchange", "toggle", "close"]; // a dialog's do not bubble

/** {show, hide} of a popover. Its lists stay where they were scrolled to. */
export function inTopLayer(element) {
  let scrolled = [];
  let shown = null; // AbortController while it is

  function raise({ type } = {}) {
    if (type && !element.isConnected) return;
    const place = topmost();
    if (element.parentNode !== place) move(place);
    else if (type === "toggle" || type === "close") return; // of something else
    element.togglePopover?.(false);
    element.togglePopover?.(true); // the last to come is above
  }

  function move(place) {
    const focused = element.shadowRoot.activeElement;
    take();
    place.append(element);
    if (!element.checkVisibility()) document.body.append(element); // a video shows no children
    for (const [one, left, top] of scrolled) one.scrollTo({ left, top, behavior: "instant" });
    focused?.focus();
  }

  /** What leaves the page forgets where it was scrolled to. */
  function take() {
    if (!element.isConnected) return;
    const all = [...element.shadowRoot.querySelectorAll("*")].map((one) => [one, one.scrollLeft, one.scrollTop]);
    scrolled = all.filter(([, left, top]) => left || top);
    element.remove();
  }

  return {
    show() {
      shown ??= new AbortController();
      for (const type of CHANGES) document.addEventListener(type, raise, { capture: true, signal: shown.signal });
      raise();
    },
    hide() {
      shown?.abort();
      shown = null;
      take();
    },
  };
}

/** What is on top, as a dialog or as all of the screen, makes all that is not in it inert. */
function topmost() {
  const tops = [...document.querySelectorAll("body :is(dialog:modal, :fullscreen)")];
  return tops.findLast((one) => one.contains(document.activeElement)) ?? tops.at(-1) ?? document.body;
}
