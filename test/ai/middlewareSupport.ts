import { tool, wrapLanguageModel } from "ai";
import { z } from "zod";
import { memoryMiddleware, type MemoryMiddleware, type MiddlewareSettings } from "../../src/ai/index.js";
import type { ActionCtx, AgentMemory, BoundMemory } from "../../src/client/index.js";
import { scriptedModel, type ScriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { aMemory, OWNER, type TestMemory } from "../support/aMemory.js";
import { counting } from "./support.js";

export type TestLoop = TestMemory & {
  owner: BoundMemory;
  threadId: string;
  scripted: ScriptedModel;
  /** The doors that were called since the thread was made. */
  calls: string[];
  /** The scripted model with a middleware of its own. */
  bind: (
    settings?: Partial<MiddlewareSettings>,
    memory?: AgentMemory,
  ) => {
    middleware: MemoryMiddleware;
    model: ReturnType<typeof wrapLanguageModel>;
  };
};

/** A scripted model that remembers in a private thread of the owner's. */
export async function aLoop(
  script: ScriptedTurn[],
  options: { delayMs?: number; chunks?: number } = {},
): Promise<TestLoop> {
  const test = aMemory();
  const scripted = scriptedModel(script, options);
  const owner = test.memory.as(OWNER);
  const { threadId } = await owner.threads.create(test.ctx, {});
  const calls: string[] = [];
  const ctx: ActionCtx = counting(test.ctx, calls);
  const bind: TestLoop["bind"] = (settings = {}, memory = test.memory) => {
    const middleware = memoryMiddleware(memory, {
      ...{ ctx, as: OWNER, threadId, agentName: "helper", throttleMs: 0 },
      ...settings,
    });
    return { middleware, model: wrapLanguageModel({ model: scripted, middleware }) };
  };
  return { ...test, ctx, owner, threadId, scripted, calls, bind };
}

/** A thermometer of the AI SDK; it counts how often it is read. */
export function thermometer() {
  const read: string[] = [];
  const weather = tool({
    description: "The weather in a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => {
      read.push(city);
      return { city, degrees: 7 };
    },
  });
  return { read, weather };
}

export const rolesOf = ({ calls }: ScriptedModel, call: number): string[] =>
  calls.at(call)?.prompt.map(({ role }) => role) ?? [];

/** The thread's runs as `turn state`, newest first. */
export async function runsOf({ owner, ctx, threadId }: TestLoop): Promise<string[]> {
  const { page } = await owner.runs.list(ctx, { threadId, cursor: null });
  return page.map(({ state, turn }) => `${turn} ${state.kind}`);
}
