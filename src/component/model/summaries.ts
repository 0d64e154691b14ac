/** Overlays over the older messages of a thread. */
export { commit } from "./summaryCommit.js";
export { noteEdit } from "./summaryErasure.js";
export { get, latest, list, listRecent, listUncovered } from "./summaryReads.js";
