export { listUnembedded } from "./embeddingBuild.js";
export { lookUp } from "./embeddingCache.js";
export { createGeneration, progress, retire, rollBack, switchGeneration } from "./embeddingGenerations.js";
export { listPending } from "./embeddingQueue.js";
export { store } from "./embeddingStore.js";
export { claim, release } from "./workerLeases.js";
