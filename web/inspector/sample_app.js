// A shop that is not there: what its visitors do, in bursts, with errors. Seeded, so that it does the same each time.

export function dice(seed) { // mulberry32
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A page's name, by which its time can be told. */
export const nameOf = (began) => `${began.toString(36).padStart(9, "0")}sample`;

const PRODUCTS = ["walnut desk", "reading lamp", "café table", "Sessel „Anna“", "木の椅子", "كرسي خشبي"];
const whole = (roll, below) => Math.floor(roll() * below);
const hex = (roll, length) => Array.from({ length }, () => whole(roll, 16).toString(16)).join("");

/** Steps of a visit: name, priority, typical ms, its place below the first, and what it tells. */
const VISITS = [
  { weight: 6, steps: [["ui.pointer", "low", 0, (r) => ({ x: whole(r, 1400), y: whole(r, 900), target: "canvas#map" })]] },
  { weight: 4, steps: [
    ["route.change", "normal", 180, (r) => ({ from: "/", to: `/products/${whole(r, 90)}`, "http.route": "/products/:id" })],
    ["http GET /api/products", "normal", 90, () => ({ "http.request.method": "GET", "http.response.status_code": 200, cached: false })],
    ["render.ProductPage", "low", 24, (r) => ({ components: 12 + whole(r, 60), hydrated: true })],
    ["http GET /api/stock", "normal", 40, () => ({ "http.request.method": "GET", "http.response.status_code": 200 })],
  ] },
  { weight: 2, steps: [
    ["checkout.submit", "high", 640, (r) => ({
      cart: { items: 1 + whole(r, 5), total: whole(r, 90_000) / 100, currency: "EUR" },
      product: PRODUCTS[whole(r, PRODUCTS.length)], user: { tier: r() < 0.3 ? "gold" : "plain" },
    })],
    ["validate.address", "normal", 12, () => ({ fields: ["street", "city", "zip"], ok: true })],
    ["http POST /api/payments", "high", 410, () => ({ "http.request.method": "POST", "http.response.status_code": 201, provider: "acme-pay" })],
    ["payment.authorise", "high", 300, () => ({ attempt: 1, "3ds": true })],
    ["http POST /api/orders", "high", 130, () => ({ "http.request.method": "POST", "http.response.status_code": 201 })],
  ] },
  { weight: 3, steps: [["search.query", "normal", 60, (r) => ({ query: PRODUCTS[whole(r, PRODUCTS.length)], results: whole(r, 200) })]] },
  { weight: 2, steps: [["web-vital", "low", 0, (r) => ({ metric: r() < 0.5 ? "INP" : "LCP", value: whole(r, 2400) })]] },
  { weight: 1, steps: [["user:login", "high", 220, (r) => ({ method: r() < 0.4 ? "passkey" : "password" })]] },
];
const WEIGHTS = VISITS.reduce((sum, { weight }) => sum + weight, 0);

const ERROR = {
  type: "TypeError", message: "Cannot read properties of undefined (reading 'total')",
  stack: "TypeError: Cannot read properties of undefined (reading 'total')\n    at submit (checkout.js:118:31)\n    at async onClick (cart.js:42:5)",
};

export class Visitors {
  #roll;
  #began;
  #count = 0;

  /** `began`: when the page was loaded, ms since the epoch. */
  constructor(roll, began) {
    [this.#roll, this.#began] = [roll, began];
  }

  /** The traces of one visit that ended at `at`; in trouble more of them fail. */
  visit(at, inTrouble) {
    const roll = this.#roll;
    const { steps } = this.#choose();
    const traceId = steps.length > 1 ? hex(roll, 32) : undefined;
    const rootId = traceId && hex(roll, 16);
    const isBad = steps.length > 1 && roll() < (inTrouble ? 0.4 : 0.03);
    const whole = steps[0][2] * (0.6 + roll()) * (isBad ? 2.5 : 1);
    let from = at - whole;
    const traces = steps.map(([name, priority, typical, tell], index) => {
      const duration = index ? Math.min(typical * (0.5 + roll()), Math.max(1, at - from)) : whole;
      const fails = isBad && index === steps.length - 1;
      const trace = {
        id: `${nameOf(this.#began)}-${(++this.#count).toString(36)}`, name, priority: fails ? "critical" : priority,
        timestamp: index ? from : at - whole, duration, attributes: tell(roll),
        ...(traceId && { traceId, spanId: index ? hex(roll, 16) : rootId }),
        ...(traceId && index && { parentId: rootId }),
        ...(fails ? { status: "error", error: ERROR } : name.startsWith("http") ? { status: "ok" } : {}),
      };
      if (index) from += duration * (0.3 + 0.7 * roll());
      return trace;
    });
    return traces;
  }

  #choose() {
    let left = this.#roll() * WEIGHTS;
    return VISITS.find(({ weight }) => (left -= weight) < 0) ?? VISITS[0];
  }
}
