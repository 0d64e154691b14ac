/**
 * What the short snippets of the documentation take as given, as parameters of the function around them. A snippet
 * that names its file gets none of this: it must stand as it is.
 */
import type { ActionCtx, AgentMemory, Embed, Part, Principal } from "convex-agent-memory";
import type { Agent, RunReference } from "convex-agent-memory/ai";
import type { WorkflowCtx } from "@convex-dev/workflow";
import type { EmbeddingModel, LanguageModel } from "ai";
import type { GenericActionCtx, GenericDataModel } from "convex/server";

/** The ctx of an action: what runs in it runs in a mutation too, unless it calls `recall` or an agent. */
export declare const ctx: GenericActionCtx<GenericDataModel> & ActionCtx;
export declare const memory: AgentMemory;
/** Who asks. */
export declare const as: Principal;
export declare const principal: Principal;

// Ids and texts that came from the caller.
export declare const threadId: string;
export declare const messageId: string;
export declare const runId: string;
export declare const fileId: string;
export declare const generationId: string;
export declare const storageId: string;
export declare const documentId: string;
export declare const factId: string;
export declare const operationId: string;
export declare const key: string;
export declare const query: string;
export declare const prompt: string;
export declare const text: string;
export declare const parts: Part[];

// Agents and models.
export declare const researcher: Agent;
export declare const writer: Agent;
export declare const step: WorkflowCtx;
export declare const embed: Embed;
export declare const chatModel: () => LanguageModel;
export declare const embeddingModel: () => EmbeddingModel;
export declare const internal: { researcher: { run: RunReference }; writer: { run: RunReference } };
