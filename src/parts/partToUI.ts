import type { Part, PartType } from "../validators/content.js";
import type { PartView, ShowPart, UIPart } from "./codec.js";
import { approvalRequestToUI } from "./approvalRequest.js";
import { approvalResponseToUI } from "./approvalResponse.js";
import { customToUI } from "./custom.js";
import { dataToUI } from "./data.js";
import { fileToUI } from "./file.js";
import { reasoningToUI } from "./reasoning.js";
import { reasoningFileToUI } from "./reasoningFile.js";
import { sourceToUI } from "./source.js";
import { textToUI } from "./text.js";
import { toolCallToUI } from "./toolCall.js";
import { toolResultToUI } from "./toolResult.js";

/** How each part is shown: a part that nobody shows does not compile. */
const shown: { [T in PartType]: ShowPart<T> } = {
  text: textToUI,
  reasoning: reasoningToUI,
  file: fileToUI,
  reasoningFile: reasoningFileToUI,
  source: sourceToUI,
  custom: customToUI,
  data: dataToUI,
  approvalRequest: approvalRequestToUI,
  approvalResponse: approvalResponseToUI,
  toolCall: toolCallToUI,
  toolResult: toolResultToUI,
};

/** A part as an interface shows it; `null` where it is shown with another one. */
export function partToUI<T extends PartType>(
  part: Extract<Part, { type: T }>,
  view: PartView,
): UIPart | null {
  const type: T = part.type;
  return shown[type](part, view);
}
