/** What is known: written once, true for a while, and closed instead of changed. */
export { append, supersede } from "./factAppend.js";
export { confirm, decline, forget, retract, touchRecalled, update } from "./factChanges.js";
export { asOf, count, get, history, list } from "./factReads.js";
