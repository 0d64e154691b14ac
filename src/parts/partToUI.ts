import type { Part, PartType } from "../validators/content.js";
import type { PartCodec, PartView, UIPart } from "./codec.js";
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

const forInterfaces: { [T in PartType]: PartCodec<T>["toUI"] } = {
  text: text.toUI,
  reasoning: reasoning.toUI,
  file: file.toUI,
  reasoningFile: reasoningFile.toUI,
  source: source.toUI,
  custom: custom.toUI,
  toolCall: toolCall.toUI,
  toolResult: toolResult.toUI,
  approvalRequest: approvalRequest.toUI,
  approvalResponse: approvalResponse.toUI,
  data: data.toUI,
};

/** A part as an interface shows it; `null` where it is shown with another one. */
export function partToUI<T extends PartType>(
  part: Extract<Part, { type: T }>,
  view: PartView,
): UIPart | null {
  const type: T = part.type;
  return forInterfaces[type](part, view);
}
