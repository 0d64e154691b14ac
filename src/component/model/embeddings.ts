export { listUnembedded } from "./embeddingBuild.js";
export { createGeneration, progress, retire, rollBack, switchGeneration } from "./embeddingGenerations.js";
export { lookUp } from "./embeddingLookUp.js";
export { listPending } from "./embeddingQueue.js";
export { store } from "./embeddingStore.js";
export { claim, release } from "./workerLeases.js";
