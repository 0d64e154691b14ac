// Tools that leave a word in the log each time they run.
import { defineTool, type AgentTool, type ToolContext } from "convex-agent-memory/ai";
import { v } from "convex/values";
import { z } from "zod";
import { reachPoint } from "../../host/index.js";
import { internal } from "../api.js";
import { recordCall } from "../callLog.js";
import type { ToolName, WaitingTool } from "../script.js";
import { internalMutation } from "./server.js";

const SLOW_MS = 60;
const inputSchema = z.object({ key: z.string() });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Inserts without looking: only that its transaction commits once keeps it to one row. */
export const addNote = internalMutation({
  args: { operationId: v.string() },
  handler: async (ctx, note): Promise<null> => {
    await ctx.db.insert("notes", note);
    return null;
  },
});

type Settings = Pick<
  Parameters<typeof defineTool>[0],
  "idempotent" | "needsApproval" | "answersLater" | "approvalTimeoutMs" | "answerTimeoutMs"
> & { work: (ctx: ToolContext) => Promise<unknown> };

function logged(tool: ToolName | WaitingTool, { work, ...settings }: Settings): AgentTool {
  return defineTool({
    ...settings,
    description: `The tool ${tool}.`,
    inputSchema,
    execute: async (ctx) => {
      const { operationId } = ctx;
      const log = (event: "started" | "completed") =>
        recordCall({ kind: "tool", event, tool, operationId, at: Date.now() });
      log("started");
      reachPoint("inside-tool");
      const result = await work(ctx);
      log("completed");
      return result;
    },
  });
}

/** What one run of a tool costs elsewhere, in millionths. */
const TOOL_COST_MICROS = 7;

/** Says in the ledger what it cost, and which run of a tool it was. */
const pay = ({ recordUsage, operationId }: ToolContext): void =>
  recordUsage({ provider: "paper", costMicros: TOOL_COST_MICROS, raw: operationId });

export const tools: Record<ToolName, AgentTool> = {
  look: logged("look", { idempotent: true, work: async () => "seen" }),
  note: logged("note", {
    work: async (ctx) => {
      pay(ctx);
      await ctx.runMutation(internal.tools.addNote, { operationId: ctx.operationId });
      reachPoint("after-effect");
      return "noted";
    },
  }),
  boom: logged("boom", {
    work: async (ctx) => {
      pay(ctx);
      throw new Error("The tool failed, as it always does");
    },
  }),
  slow: logged("slow", {
    work: async () => {
      await pause(SLOW_MS);
      return { waitedMs: SLOW_MS };
    },
  }),
};

/** How long `hurry` and `fade` wait, which nobody comes to: soon over, also without a kill. */
const SOON_MS = 400;

/** Tools that wait for somebody. */
export const waitingTools: Record<WaitingTool, AgentTool> = {
  sign: logged("sign", { needsApproval: true, work: async () => "signed" }),
  wait: logged("wait", { answersLater: true, work: async () => "asked" }),
  hurry: logged("hurry", { needsApproval: true, approvalTimeoutMs: SOON_MS, work: async () => "hurried" }),
  fade: logged("fade", { answersLater: true, answerTimeoutMs: SOON_MS, work: async () => "asked" }),
};
