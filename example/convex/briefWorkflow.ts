import { vPrincipal } from "convex-agent-memory";
import type { RunReport } from "convex-agent-memory/ai";
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { approval, workflow } from "./memory.js";
import { researcher } from "./researcher.js";
import { writer } from "./writer.js";

// In a module of its own: it loads the agents, and with them the AI SDK, which `brief.get` has no use for.

/** The workflow of one brief: the researcher collects, a person approves, the writer writes. */
export const write = workflow.define({
  args: { briefId: v.id("briefs"), as: vPrincipal, threadId: v.string(), topic: v.string() },
  returns: v.null(),
  handler: async (step, { briefId, as, threadId, topic }): Promise<null> => {
    const sources = await researcher.runIn(step, internal.researcher.run, { as, threadId, prompt: topic });
    await step.runMutation(internal.brief.setState, {
      briefId,
      state: { kind: "awaitingApproval", sources: answerOf(sources) },
    });
    const { approved, note } = await step.awaitEvent(approval);
    if (!approved) {
      await step.runMutation(internal.brief.setState, { briefId, state: { kind: "rejected", note } });
      return null;
    }
    await step.runMutation(internal.brief.setState, { briefId, state: { kind: "writing" } });
    const prompt = `Write a brief about this: ${topic}`;
    const text = answerOf(await writer.runIn(step, internal.writer.run, { as, threadId, prompt }));
    await step.runMutation(internal.brief.setState, { briefId, state: { kind: "completed", text } });
    return null;
  },
});

/** A run that was canceled has said something, but that is no answer: the brief fails with it. */
function answerOf({ state, text }: RunReport): string {
  if (state === "canceled") throw new TypeError("The run was canceled.");
  return text;
}
