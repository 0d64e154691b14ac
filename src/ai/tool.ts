import { asSchema, type FlexibleSchema, type Schema } from "ai";
import type { GenericActionCtx, GenericDataModel } from "convex/server";
import type { BoundMemory, Principal } from "../client/index.js";

/** What a tool gets: the ctx of the app's action, and whose turn it works for. */
export type ToolContext = GenericActionCtx<GenericDataModel> & {
  /** The memory, bound to the principal of the run. */
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  runId: string;
  /** The turn that is answered: what was said before it has a lower number. */
  turn: number;
  /** The call's id, as the model gave it. */
  callId: string;
  /** The same for every attempt of this call: pass it to whatever must happen once. */
  operationId: string;
  /**
   * In an action: aborted with the caller's signal, or when a stream notices that the run was canceled. A tool of a
   * durable run is left to end; the run stops before its next step.
   */
  abortSignal: AbortSignal;
};

export type ToolDefinition<Input> = {
  /** Tells the model when to use the tool and what it returns. */
  description: string;
  /** A Zod schema, a Standard Schema or `jsonSchema(…)`: the model is told it and its input is checked against it. */
  inputSchema: FlexibleSchema<Input>;
  /**
   * True when running the tool twice with one `operationId` does no harm: after a crash it runs again. Otherwise a
   * call that may have run is told to the model as interrupted. False unless told.
   */
  idempotent?: boolean;
  /** What it returns is shown to the model as JSON, a string as it stands. What it throws is told to the model. */
  execute: (ctx: ToolContext, input: Input) => unknown;
};

/**
 * A tool of an agent. Neither its input nor its output is part of its type: with them, the generated `api` of an app
 * whose tools call `internal.*` would be circular.
 */
export interface AgentTool {
  readonly description: string;
  readonly idempotent: boolean;
  readonly inputSchema: Schema;
  readonly execute: (ctx: ToolContext, input: unknown) => unknown;
}

/**
 * Defines a tool. It runs between two calls of the model, in the app's action, with the app's ctx; tools that are
 * asked for together run together. A tool that throws, input that does not fit the schema and a result over 6 MiB
 * become an error that the model is told; the run goes on.
 *
 * Runs at most once a call unless `idempotent`.
 *
 * @example
 * const search = defineTool({
 *   description: "Search the documents.",
 *   inputSchema: z.object({ query: z.string() }),
 *   execute: (ctx, { query }) => ctx.memory.recall(ctx, { query, kinds: ["chunk"], scopes: ["tenant"] }),
 * });
 */
export function defineTool<Input>(tool: ToolDefinition<Input>): AgentTool {
  return {
    description: tool.description,
    idempotent: tool.idempotent ?? false,
    inputSchema: asSchema(tool.inputSchema),
    execute: (ctx, input) => tool.execute(ctx, checkedInput<Input>(input)),
  };
}

/** The boundary where checked JSON becomes the tool's input type: `executeTool` validates it against the schema. */
const checkedInput = <Input>(input: unknown): Input => input as Input;
