// The same, all in one call.

import { openWith } from "./python.js";

export const open = (database) => openWith("await queue.put_all(traces)", database);
