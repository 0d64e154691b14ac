import type { Part, PartType } from "../validators/content.js";
import type { EncodedFrom, EncodeOptions, ModelOptions, ModelPart, PartCodec } from "./codec.js";
import { approvalRequest } from "./approvalRequest.js";
import { approvalResponse } from "./approvalResponse.js";
import { custom } from "./custom.js";
import { data } from "./data.js";
import { file } from "./file.js";
import { reasoning } from "./reasoning.js";
import { reasoningFile } from "./reasoningFile.js";
import { source } from "./source.js";
import { text } from "./text.js";
import { toolCall } from "./toolCall.js";
import { toolResult } from "./toolResult.js";

/** One codec for each part: a part without one does not compile. */
const codecs: { [T in PartType]: PartCodec<T> } = {
  text,
  reasoning,
  file,
  reasoningFile,
  source,
  custom,
  toolCall,
  toolResult,
  approvalRequest,
  approvalResponse,
  data,
};

/** What the AI SDK said, as a part of the kind `type`. */
export function encodePart<T extends PartType>(
  type: T,
  given: EncodedFrom[T],
  options: EncodeOptions = {},
): Part {
  return codecs[type].encode(given, options);
}

/** A part as content of a model message; `null` where a model is not shown it. */
export function partToModel<T extends PartType>(
  part: Extract<Part, { type: T }>,
  options: ModelOptions = {},
): ModelPart | null {
  return codecOf(part).toModel(part, options);
}

/** A part's own `type` picks its codec. */
function codecOf<T extends PartType>(part: Extract<Part, { type: T }>): PartCodec<T> {
  const type: T = part.type;
  return codecs[type];
}
