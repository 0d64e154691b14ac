// The steps of a durable run, as its workflow makes them, and actions that are lost in the middle of one.
import { internalActionGeneric, type FunctionReference } from "convex/server";
import type { StepArgs } from "../../src/ai/stepRecord.js";
import type { DurableApp } from "./durableApp.js";
import { doorOf } from "./support.js";

/** Where an action dies: at its start, or with its call of a door, before or after that is committed. */
export type LossAt = "start" | `${"before" | "after"} turns.${string}`;
type Mutation = FunctionReference<"mutation">;
type StepCtx = { runMutation: (reference: Mutation, ...args: unknown[]) => Promise<unknown> };

const nameOf = ({ place, call, thenModel, after }: StepArgs): string => {
  if (after === true) return "after";
  if (call === undefined) return `model ${place}`;
  return thenModel === true ? `tool, model ${place + 1}` : "tool";
};

/** Notes each attempt of a step; `lossOf` says where an attempt of a tool's step dies, the first of which is 1. */
export function watchSteps(
  app: DurableApp,
  lossOf: (attempt: number) => LossAt | null = () => null,
): string[] {
  const step = app.researcher["step"] as { _handler: (ctx: unknown, args: unknown) => Promise<unknown> };
  const steps: string[] = [];
  let attempts = 0;
  app.researcher["step"] = internalActionGeneric(async (ctx, args: StepArgs) => {
    steps.push(nameOf(args));
    const loss = args.call === undefined ? null : lossOf(++attempts);
    if (loss === "start") throw lost();
    return await step._handler(loss === null ? ctx : losing(ctx as unknown as StepCtx, loss), args);
  });
  return steps;
}

const lost = () => new Error("Transient error while executing action");

/** From there on nothing that the action does reaches anybody. */
function losing(ctx: StepCtx, loss: LossAt): StepCtx {
  const [side, door] = loss.split(" ");
  let isLost = false;
  const runMutation = async (reference: Mutation, ...args: unknown[]) => {
    const isHere = doorOf(reference) === door;
    isLost ||= isHere && side === "before";
    if (isLost) throw lost();
    const value = await ctx.runMutation(reference, ...args);
    isLost = isHere;
    if (isLost) throw lost();
    return value;
  };
  return { ...ctx, runMutation };
}
