/** The traces of a client that are on their way to the database, in no order, as trace.js makes them. */
export const held = (client) =>
  [...(client.spool()?.held ?? []), ...client.python().unsettled, ...client.facts().waiting.all];
