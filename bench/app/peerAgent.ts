// The peer's agent, by the part of its type that the bench uses: the whole is a union that the compiler gives up on.
import { Agent, type AgentComponent, type ContextOptions } from "@convex-dev/agent";
import type { EmbeddingModel, LanguageModel, StopCondition, ToolSet } from "ai";
import type { GenericActionCtx, GenericDataModel } from "convex/server";

type ActionCtx = Pick<
  GenericActionCtx<GenericDataModel>,
  "auth" | "runAction" | "runMutation" | "runQuery" | "storage"
>;
type Scope = { threadId: string };
type Prompt = { prompt: string };

type PeerAgent = {
  generateText(ctx: ActionCtx, scope: Scope, prompt: Prompt): Promise<{ text: string }>;
  streamText(
    ctx: ActionCtx,
    scope: Scope,
    prompt: Prompt,
    options: { saveStreamDeltas: { throttleMs: number; chunking: RegExp } },
  ): Promise<{ text: PromiseLike<string> }>;
};

type Definition = {
  name: string;
  languageModel: LanguageModel;
  instructions: string;
  tools?: ToolSet;
  stopWhen?: StopCondition<ToolSet>;
  embeddingModel?: EmbeddingModel;
  contextOptions?: ContextOptions;
};

/** The boundary where the peer's class becomes its narrow type. */
export const PeerAgent = Agent as unknown as new (
  component: AgentComponent,
  definition: Definition,
) => PeerAgent;
