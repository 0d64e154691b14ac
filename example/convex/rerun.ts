import { memoryError, vRerun } from "convex-agent-memory";
import type { Agent } from "convex-agent-memory/ai";
import { v } from "convex/values";
import { action } from "./_generated/server.js";
import { memory, principal } from "./memory.js";
import { modelChoices } from "./models/index.js";
import { researcher } from "./researcher.js";
import { writer } from "./writer.js";

// Makes a saved call of a model again, to compare: nothing is saved in the conversation, and what it costs is in the
// ledger of who asks. An action of its own module, because it loads the agents.

const vScopes = v.array(
  v.union(v.literal("thread"), v.literal("user"), v.literal("agent"), v.literal("tenant")),
);
const vKinds = v.array(v.union(v.literal("message"), v.literal("fact"), v.literal("chunk")));
const vTokens = v.optional(v.number());

/** What may be another: see `RerunArgs` of the package. */
const vChanges = {
  instructions: v.optional(v.string()),
  /** By its name, as `models` lists them. */
  model: v.optional(v.string()),
  settings: v.optional(
    v.object({ temperature: v.optional(v.number()), maxOutputTokens: v.optional(v.number()) }),
  ),
  activeTools: v.optional(v.array(v.string())),
  context: v.optional(
    v.object({
      maxTokens: vTokens,
      sections: v.optional(v.object({ blocks: vTokens, summary: vTokens, recalled: vTokens, tail: vTokens })),
      kinds: v.optional(vKinds),
      recall: v.optional(
        v.object({ scopes: v.optional(vScopes), kinds: v.optional(vKinds), maxTokens: vTokens }),
      ),
    }),
  ),
};

/** The names of the models that a call can be made again with; the first is the one that answers. */
export const models = action({
  args: {},
  returns: v.array(v.string()),
  handler: async (ctx) => {
    await principal(ctx);
    return modelChoices().map(({ name }) => name);
  },
});

/** Makes the call that wrote a message again, for whoever may replay it. Each time the model is asked, and paid for. */
export const run = action({
  args: { messageId: v.string(), ...vChanges },
  returns: vRerun,
  handler: async (ctx, { messageId, model, ...changes }) => {
    const as = await principal(ctx);
    const { agentName } = await memory.as(as).contexts.explain(ctx, { messageId });
    const chosen = model === undefined ? {} : { model: modelNamed(model) };
    return await agentNamed(agentName).rerun(ctx, { as, messageId, ...changes, ...chosen });
  },
});

function modelNamed(name: string) {
  const choice = modelChoices().find((each) => each.name === name);
  if (choice === undefined) throw memoryError("INVALID_ARGUMENT", `There is no model "${name}" to choose.`);
  return choice.model;
}

function agentNamed(name: string): Agent {
  const agent = [researcher, writer].find((each) => each.name === name);
  if (agent === undefined) throw memoryError("INVALID_ARGUMENT", `This app has no agent "${name}" any more.`);
  return agent;
}
