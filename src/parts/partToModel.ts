import type { Part, PartType } from "../validators/content.js";
import type { ModelOptions, ModelPart, PartCodec } from "./codec.js";
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

const forModels: { [T in PartType]: PartCodec<T>["toModel"] } = {
  text: text.toModel,
  reasoning: reasoning.toModel,
  file: file.toModel,
  reasoningFile: reasoningFile.toModel,
  source: source.toModel,
  custom: custom.toModel,
  toolCall: toolCall.toModel,
  toolResult: toolResult.toModel,
  approvalRequest: approvalRequest.toModel,
  approvalResponse: approvalResponse.toModel,
  data: data.toModel,
};

/** A part as content of a model message; `null` where a model is not shown it. */
export function partToModel<T extends PartType>(
  part: Extract<Part, { type: T }>,
  options: ModelOptions = {},
): ModelPart | null {
  const type: T = part.type;
  return forModels[type](part, options);
}
