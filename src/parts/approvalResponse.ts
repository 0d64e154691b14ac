import { wellFormed } from "../shared/wellFormed.js";
import type { PartCodec, ShowPart } from "./codec.js";

/** What somebody answered to an `approvalRequest`. In an interface it is a state of the call. */
export const approvalResponse: PartCodec<"approvalResponse"> = {
  encode({ approvalId, approved, reason, providerExecuted }) {
    return {
      type: "approvalResponse",
      approvalId,
      approved,
      ...(reason === undefined ? {} : { reason: wellFormed(reason) }),
      ...(providerExecuted === undefined ? {} : { providerExecuted }),
    };
  },

  toModel({ approvalId, approved, reason, providerExecuted }) {
    return {
      type: "tool-approval-response",
      approvalId,
      approved,
      ...(reason === undefined ? {} : { reason }),
      ...(providerExecuted === undefined ? {} : { providerExecuted }),
    };
  },
};

/** As an interface shows it. */
export const approvalResponseToUI: ShowPart<"approvalResponse"> = () => {
  return null;
};
