export { list, matching } from "./documentFilter.js";
export { count, get, getChunk, listChunks, outline } from "./documentReads.js";
export { readAround } from "./documentSpans.js";
export { sweepDocument, sweepDrafts } from "./documentSweep.js";
export { remove, update } from "./documentUpdate.js";
export { write } from "./documentWrite.js";
