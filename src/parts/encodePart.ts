import type { Part, PartType } from "../validators/content.js";
import type { EncodedFrom, EncodeOptions, PartCodec } from "./codec.js";
import * as approvalRequest from "./approvalRequest.js";
import * as approvalResponse from "./approvalResponse.js";
import * as custom from "./custom.js";
import * as data from "./data.js";
import * as file from "./file.js";
import * as reasoning from "./reasoning.js";
import * as reasoningFile from "./reasoningFile.js";
import * as source from "./source.js";
import * as text from "./text.js";
import * as toolCall from "./toolCall.js";
import * as toolResult from "./toolResult.js";

// A table for each direction, so that what only shows parts carries nothing that reads them.

/** One for each part: a part without one does not compile. */
const encoders: { [T in PartType]: PartCodec<T>["encode"] } = {
  text: text.encode,
  reasoning: reasoning.encode,
  file: file.encode,
  reasoningFile: reasoningFile.encode,
  source: source.encode,
  custom: custom.encode,
  toolCall: toolCall.encode,
  toolResult: toolResult.encode,
  approvalRequest: approvalRequest.encode,
  approvalResponse: approvalResponse.encode,
  data: data.encode,
};

/** What the AI SDK said, as a part of the kind `type`. */
export function encodePart<T extends PartType>(
  type: T,
  given: EncodedFrom[T],
  options: EncodeOptions = {},
): Part {
  return encoders[type](given, options);
}
