/** A turn: `begin` opens it, `saveStep` fills it, `end` closes it. Composes threads, messages, runs, streams, recall, usage. */
export { begin } from "./turnBegin.js";
export { draw } from "./turnDraw.js";
export { open } from "./turnOpen.js";
export { saveStep } from "./turnStep.js";
export { awaitAnswer, saveResult, startTool } from "./toolSteps.js";
export { pause, takeUp } from "./runTakeUp.js";
export { wait } from "./turnWait.js";
export { end } from "./turnEnd.js";
export { record } from "./turnRecord.js";
