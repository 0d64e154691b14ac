import { wellFormed } from "../shared/wellFormed.js";
import type { PartCodec } from "./codec.js";

// What somebody answered to an `approvalRequest`. In an interface it is a state of the call.

/** From the AI SDK. */
export const encode: PartCodec<"approvalResponse">["encode"] = ({
  approvalId,
  approved,
  reason,
  providerExecuted,
}) => {
  return {
    type: "approvalResponse",
    approvalId,
    approved,
    ...(reason === undefined ? {} : { reason: wellFormed(reason) }),
    ...(providerExecuted === undefined ? {} : { providerExecuted }),
  };
};

/** To a model. */
export const toModel: PartCodec<"approvalResponse">["toModel"] = ({
  approvalId,
  approved,
  reason,
  providerExecuted,
}) => {
  return {
    type: "tool-approval-response",
    approvalId,
    approved,
    ...(reason === undefined ? {} : { reason }),
    ...(providerExecuted === undefined ? {} : { providerExecuted }),
  };
};

/** To an interface. */
export const toUI: PartCodec<"approvalResponse">["toUI"] = () => {
  return null;
};
