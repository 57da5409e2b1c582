// What a tool may have a client do, where the page allows it: start({ devtools: { commands: true } }).
// Each is a call that a page has, too, and so keeps the law of accounts.

import * as control from "../control.js";
import { retain } from "../upkeep.js";

export const refusal = (what) =>
  `${what}: this page does not let tools change anything; allow it by start({ devtools: { commands: true } })`;

/** {dryRun, …options of the policy}: what goes (went). A dry run tells what the changed policy would do, and changes
 *  nothing. */
async function retention(client, { dryRun = false, ...changes }, { signal, progress }) {
  const onProgress = (about) => progress(about).catch(() => {}); // an end is told by the signal
  if (dryRun && client.state() === "python") return control.enforceRetention(client, { dryRun, ...changes, onProgress, signal });
  if (dryRun) return retain(client.about().database, { ...client.about().retention, ...changes }, { dryRun });
  if (Object.keys(changes).length) await control.setRetention(client, changes);
  return control.enforceRetention(client, { onProgress, signal });
}

/** Nothing is purged that was not named. */
function listed(keys) {
  if (!Array.isArray(keys)) throw new TypeError(`purge: keys must be a list of ids, not ${JSON.stringify(keys)}`);
  return keys;
}

export const COMMANDS = {
  flush: (client) => client.self.flush(),
  pause: (client) => control.pause(client),
  resume: (client) => control.resume(client),
  setQueue: (client, { queue }) => control.setQueue(client, queue),
  reprioritize: (client, { id, priority }) => control.reprioritize(client, id, priority),
  cancel: (client, { id }) => control.cancel(client, id),
  replay: (client, { keys }) => control.replayDeadLetters(client, keys),
  review: (client, { key, text }) => control.reviewDeadLetter(client, key, text),
  purge: (client, { keys }) => control.purgeDeadLetters(client, listed(keys)),
  configure: (client, { config }) => control.reconfigure(client, config),
  retention,
};
