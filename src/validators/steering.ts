import { v, type Infer } from "convex/values";

/** Where a steering message stands. */
export const vSteeringPlace = v.object({
  runId: v.string(),
  messageId: v.string(),
  turn: v.number(),
  step: v.number(),
});
export type SteeringPlace = Infer<typeof vSteeringPlace>;
