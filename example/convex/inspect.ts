import { memory, principal } from "./memory.js";

/** Why an answer's model knew what it knew: what it was shown and why, and the whole of it again. Live. */
export const { explainContext, replayContext } = memory.exposeApi({ authorize: principal });
