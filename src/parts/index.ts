// Messages of the AI SDK: in, to import a history, and out, for a model and for an interface.
export { fromModelMessages } from "./fromModelMessage.js";
export { fromUIMessages } from "./fromUIMessages.js";
export { toModelMessages } from "./modelMessages.js";
export { toUIMessages } from "./uiMessages.js";
export type { MessageMetadata, StreamedParts, ThreadMessage, UIOptions } from "./uiMessages.js";
export type { EncodeOptions, ModelOptions } from "./codec.js";
export type { InlineFile } from "./fileData.js";

// The deltas of a stream, for readers without the hooks.
export { foldDeltas, parseDeltas, type StreamDelta } from "../shared/foldDeltas.js";
