// A pretend server: it takes its time, keeps the board in localStorage, and now and then refuses.
// `?fail=always` and `?fail=never` make it predictable; otherwise every third request fails.

const KEY = "release-board";
const DRAFT = "release-board.draft";
const ROUND_TRIP = 450;

const fail = new URLSearchParams(location.search).get("fail");
let requests = 0;

const outcomes = {
  always: () => false,
  never: () => true,
};
const succeeds = outcomes[fail] ?? (() => requests % 3 !== 0);

export async function saveBoard(cards) {
  requests += 1;
  const granted = succeeds();
  await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP));
  if (!granted) throw new Error("503: the board server did not answer");
  localStorage.setItem(KEY, JSON.stringify(cards));
}

export const savedBoard = () => read(localStorage, KEY);

/** What is not saved yet survives a reload of this tab. */
export const draft = {
  read: () => read(sessionStorage, DRAFT),
  write: (cards) => sessionStorage.setItem(DRAFT, JSON.stringify(cards)),
  discard: () => sessionStorage.removeItem(DRAFT),
};

function read(storage, key) {
  try {
    const cards = JSON.parse(storage.getItem(key));
    return Array.isArray(cards) ? cards : undefined;
  } catch {
    return undefined; // someone else's text under our key: start afresh
  }
}
