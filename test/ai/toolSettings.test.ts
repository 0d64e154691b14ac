import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type ToolDefinition } from "../../src/ai/index.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { OWNER } from "../support/aMemory.js";
import { anAgent, messagesOf, transcript } from "./support.js";

const inputSchema = z.object({});
type Settings = Partial<ToolDefinition<Record<string, never>>>;
const aTool = (settings: Settings) =>
  defineTool({ description: "A tool.", inputSchema, ...settings } as ToolDefinition<Record<string, never>>);

/** What a run made of one call of the tool. */
async function resultOf(settings: Settings): Promise<string | undefined> {
  const tools = { tool: aTool(settings) };
  const script = [{ toolCalls: [{ toolName: "tool", input: {} }] }, { text: "Done." }];
  const helper = await anAgent(script, { tools });
  await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
  return transcript(await messagesOf(helper))[2];
}

describe("a tool", () => {
  test.each<[string, Settings]>([
    ["that neither runs nor answers later", {}],
    ["that is tried again and may have had its effect", { execute: () => 1, retry: retryOf(2) }],
    ["with a time of nothing", { execute: () => 1, timeoutMs: 0 }],
    ["that waits for part of a millisecond", { execute: () => 1, approvalTimeoutMs: 0.5 }],
    ["that waits for ever", { answersLater: true, answerTimeoutMs: Infinity }],
    ["that is tried no time", { execute: () => 1, idempotent: true, retry: retryOf(0) }],
    ["that is tried for ever", { execute: () => 1, idempotent: true, retry: retryOf(1_000) }],
  ])("%s is no tool: AGENT_INVALID", (_name, settings) => {
    let thrown: unknown;
    try {
      aTool(settings);
    } catch (error) {
      thrown = error;
    }
    expect(isMemoryError(thrown, "AGENT_INVALID")).toBe(true);
  });

  test("that throws is tried again as it says, with the same operationId, and gives what it gives then", async () => {
    const tried: string[] = [];
    const result = await resultOf({
      idempotent: true,
      retry: retryOf(3),
      execute: (ctx) => {
        tried.push(ctx.operationId);
        if (tried.length < 3) throw new TypeError("Not yet.");
        return "there";
      },
    });
    expect(result).toBe("tool: text there");
    expect(new Set(tried).size).toBe(1);
    expect(tried).toHaveLength(3);
  });

  test("that goes on throwing gives what it threw last", async () => {
    let tried = 0;
    const execute = () => {
      throw new TypeError(`Attempt ${++tried}.`);
    };
    expect(await resultOf({ idempotent: true, retry: retryOf(2), execute })).toBe("tool: error Attempt 2.");
  });

  test("that hangs is stopped in its time, and its signal aborted", async () => {
    let isAborted = false;
    const result = await resultOf({
      timeoutMs: 20,
      execute: (ctx) => {
        ctx.abortSignal.addEventListener("abort", () => (isAborted = true));
        return new Promise(() => {});
      },
    });
    expect(result).toContain("tool: error The tool took longer than 20 ms");
    expect(isAborted).toBe(true);
  });

  test("whose function for approvals hangs is refused in its time", async () => {
    const needsApproval = () => new Promise<boolean>(() => {});
    expect(await resultOf({ timeoutMs: 20, needsApproval, execute: () => "ran" })).toContain(
      "longer than 20 ms",
    );
  });
});

function retryOf(maxAttempts: number) {
  return { maxAttempts, initialBackoffMs: 1, base: 2 };
}
