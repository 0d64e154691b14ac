/** Reading what was said for facts: a cursor per thread, moved in the mutation that writes what was found. */
export { commit } from "./extractionCommit.js";
export { list, read } from "./extractionReads.js";
