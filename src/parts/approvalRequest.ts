import type { PartCodec, ShowPart } from "./codec.js";
import { parseJson, toJsonText } from "./json.js";
import { encodeProvider } from "./provider.js";

/** A provider's question whether it may run a tool of its own. In an interface it is a state of the call. */
export const approvalRequest: PartCodec<"approvalRequest"> = {
  encode({ approvalId, toolCallId, reason, isAutomatic, signature, inputSchemaInput, ...extras }) {
    const input = inputSchemaInput === undefined ? null : toJsonText(inputSchemaInput);
    return {
      type: "approvalRequest",
      approvalId,
      callId: toolCallId,
      ...(reason === undefined ? {} : { reason }),
      ...(isAutomatic === undefined ? {} : { isAutomatic }),
      ...(signature === undefined ? {} : { signature }),
      ...(input === null ? {} : { input }),
      ...encodeProvider(extras),
    };
  },

  toModel({ approvalId, callId, reason, isAutomatic, signature, input }) {
    return {
      type: "tool-approval-request",
      approvalId,
      toolCallId: callId,
      ...(reason === undefined ? {} : { reason }),
      ...(isAutomatic === undefined ? {} : { isAutomatic }),
      ...(signature === undefined ? {} : { signature }),
      ...(input === undefined ? {} : { inputSchemaInput: parseJson(input) }),
    };
  },
};

/** As an interface shows it. */
export const approvalRequestToUI: ShowPart<"approvalRequest"> = () => {
  return null;
};
