/** What a model was shown: why each thing was in it, and all of it again. */
export { explain } from "./contextExplain.js";
export { read } from "./contextReplay.js";
export { replay } from "./contextAgain.js";
