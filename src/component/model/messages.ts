/** What was said: rows and payloads of messages, in the order (turn, step). */
export { discardMessage, insertMessage, replaceMessage, toMessage } from "./messageRows.js";
export { parseParts, wholeParts, wholeTurn } from "./messagePayloads.js";
export { readTail } from "./messageTail.js";
