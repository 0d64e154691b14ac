// Tools that leave a word in the log each time they run.
import { defineTool, type AgentTool, type ToolContext } from "convex-agent-memory/ai";
import { anyApi, internalMutationGeneric, type FunctionReference } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { reachPoint } from "../../host/index.js";
import { recordCall } from "../callLog.js";
import type { ToolName, WaitingTool } from "../script.js";

const SLOW_MS = 60;
const inputSchema = z.object({ key: z.string() });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The boundary where the name of a function of this module becomes a reference. */
const addNoteReference = () => anyApi["tools"]!["addNote"]! as FunctionReference<"mutation", "internal">;

/** Inserts without looking: only that its transaction commits once keeps it to one row. */
export const addNote = internalMutationGeneric({
  args: { operationId: v.string() },
  handler: async (ctx, note) => {
    await ctx.db.insert("notes", note);
    return null;
  },
});

type Settings = {
  idempotent?: boolean;
  needsApproval?: boolean;
  answersLater?: boolean;
  work: (ctx: ToolContext) => Promise<unknown>;
};

function logged(tool: ToolName | WaitingTool, { work, ...settings }: Settings): AgentTool {
  return defineTool({
    ...(settings as object), // a package without approvals knows some of them only
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

export const tools: Record<ToolName, AgentTool> = {
  look: logged("look", { idempotent: true, work: async () => "seen" }),
  note: logged("note", {
    work: async (ctx) => {
      await ctx.runMutation(addNoteReference(), { operationId: ctx.operationId });
      reachPoint("after-effect");
      return "noted";
    },
  }),
  boom: logged("boom", {
    work: async () => {
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

/** Played only where the package lets calls wait. */
export const waitingTools: Record<WaitingTool, AgentTool> = {
  sign: logged("sign", { needsApproval: true, work: async () => "signed" }),
  wait: logged("wait", { answersLater: true, work: async () => "asked" }),
};
