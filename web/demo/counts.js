// Two sums of the law that several views need; each takes the counts of a lane, or of all.

/** Accepted, and neither stored nor given up yet. */
export const waiting = ({ queued, inFlight, retrying }) => queued + inFlight + retrying;

/** Will never be stored. */
export const dropped = ({ refused, evicted, dead }) => refused + evicted + dead;
