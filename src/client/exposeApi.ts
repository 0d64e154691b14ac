import { actionGeneric, mutationGeneric, queryGeneric, type Auth } from "convex/server";
import type { GenericValidator, PropertyValidators } from "convex/values";
import type { Principal } from "../validators/principal.js";
import type { BoundMemory } from "./boundMemory.js";
import type { QueryCtx } from "./ctx.js";
import { blockDoors, type ExposedBlocks } from "./expose/blocks.js";
import { contextDoors, type ExposedContexts } from "./expose/contexts.js";
import { documentDoors, type ExposedDocuments } from "./expose/documents.js";
import type { Asked, DoorsOf, ExposeOptions as Options } from "./expose/door.js";
import { factDoors, type ExposedFacts } from "./expose/facts.js";
import { fileDoors, type ExposedFiles } from "./expose/files.js";
import { messageDoors, type ExposedMessages } from "./expose/messages.js";
import { recallDoors, type ExposedRecall } from "./expose/recall.js";
import { runDoors, type ExposedRuns } from "./expose/runs.js";
import { threadDoors, type ExposedThreads } from "./expose/threads.js";
import { usageDoors, type ExposedUsage } from "./expose/usage.js";

/** The functions that `exposeApi` gives; the hooks of `convex-agent-memory/react` take them as they are. */
export type ExposedApi = ExposedThreads &
  ExposedMessages &
  ExposedRuns &
  ExposedContexts &
  ExposedFacts &
  ExposedBlocks &
  ExposedDocuments &
  ExposedFiles &
  ExposedRecall &
  ExposedUsage;

/** The functions by name, as `authorize` gets to know which one asks. */
export type Operation = keyof ExposedApi;

export type ExposeOptions = Options<Operation>;

/** What binds a principal: the client. */
type Bindable = { as: (principal: Principal) => BoundMemory };

const doors: DoorsOf<ExposedApi> = {
  ...threadDoors,
  ...messageDoors,
  ...runDoors,
  ...contextDoors,
  ...factDoors,
  ...blockDoors,
  ...documentDoors,
  ...fileDoors,
  ...recallDoors,
  ...usageDoors,
};

/** A door of whatever kind. */
type AnyDoor = {
  kind: "query" | "mutation" | "action";
  args: PropertyValidators;
  returns: GenericValidator;
  run: (asked: Asked<never>, args: never) => Promise<unknown>;
};

/** The functions of `AgentMemory.exposeApi`. */
export function createApi(memory: Bindable, options: ExposeOptions): ExposedApi {
  const api: Record<string, unknown> = {};
  for (const [operation, door] of Object.entries<AnyDoor>(doors))
    api[operation] = registered(memory, options, { ...door, operation: operation as Operation });
  // The boundary where the loop's functions have their types again: `doors` holds each against its own.
  return api as ExposedApi;
}

function registered(
  memory: Bindable,
  { authorize, embed, uploads }: ExposeOptions,
  { operation, kind, args, returns, run }: AnyDoor & { operation: Operation },
) {
  const handler = async (ctx: { auth: Auth } & QueryCtx, given: Record<string, unknown>) => {
    const bound = memory.as(await authorize(ctx, operation, given));
    // The boundary where Convex has checked the arguments by the door's validators, and gives the ctx of its kind.
    return await run({ memory: bound, ctx: ctx as never, embed, uploads }, given as never);
  };
  if (kind === "query") return queryGeneric({ args, returns, handler });
  return kind === "mutation"
    ? mutationGeneric({ args, returns, handler })
    : actionGeneric({ args, returns, handler });
}
