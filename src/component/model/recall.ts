/** What can be found: written with its source (`recallIndex`), searched by action and query (`recallSearch`). */
export { indexMessage, pendingOf, removeEntries, removeEntry, storeVectors } from "./recallIndex.js";
