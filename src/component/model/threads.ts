/** Conversations: who may open them, what is shown of them in lists, and how they end. */
export { openThread, type ThreadAccess } from "./threadAccess.js";
export { count, get, list, ownerOf } from "./threadReads.js";
export { search } from "./threadSearch.js";
export { create, remove, update } from "./threadWrites.js";
export { listParticipants, removeParticipant, setParticipant } from "./threadParticipants.js";
