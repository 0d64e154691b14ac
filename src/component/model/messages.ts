/** What was said: rows and payloads of messages, in the order (turn, step). */
export { append } from "./messageAppend.js";
export { remove, update } from "./messageEdits.js";
export { partsThatFit } from "./messagePartials.js";
export { parseParts, showAgain, wholeParts, wholeTurn, type ShownTurn } from "./messagePayloads.js";
export { get, list, read } from "./messageReads.js";
export { discardMessage, insertMessage, replaceMessage, toMessage } from "./messageRows.js";
export { findComplete, readTail } from "./messageTail.js";
