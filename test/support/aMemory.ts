import { AgentMemory, type MemorySettings } from "../../src/client/agentMemory.js";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { QueryCtx } from "../../src/client/ctx.js";
import type { Part, PartOf } from "../../src/validators/content.js";
import { isMemoryError, type ErrorCode } from "../../src/validators/errors.js";
import type { Message } from "../../src/validators/message.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import type { Principal } from "../../src/validators/principal.js";
import { aComponent, type AppModules, type TestComponent } from "./component.js";

/** The people of the contract tests: Wendy writes and Ron reads in Olga's threads; Sam has no part in them. */
export const OWNER: Principal = { tenantId: "acme", userId: "olga" };
export const WRITER: Principal = { tenantId: "acme", userId: "wendy" };
export const READER: Principal = { tenantId: "acme", userId: "ron" };
export const STRANGER: Principal = { tenantId: "acme", userId: "sam" };
/** Has the owner's user id, in another tenant. */
export const OTHER_TENANT: Principal = { tenantId: "other", userId: "olga" };

export type TestMemory = TestComponent & { memory: AgentMemory };

/** A client on a fresh component; `ctx` is an action's. */
export function aMemory(modules: AppModules = {}, settings: MemorySettings = {}): TestMemory {
  const component = aComponent(modules);
  return { ...component, memory: new AgentMemory(component.component, settings) };
}

export type TestThread = TestMemory & {
  threadId: string;
  owner: BoundMemory;
  writer: BoundMemory;
  reader: BoundMemory;
  stranger: BoundMemory;
  otherTenant: BoundMemory;
};

/** A thread of the owner, with a writer and a reader unless it is to be a private one. */
export async function aThread({ shared = true } = {}): Promise<TestThread> {
  const test = aMemory();
  const owner = test.memory.as(OWNER);
  const { threadId } = await owner.threads.create(test.ctx, { title: "Oslo" });
  if (shared) {
    await owner.threads.setParticipant(test.ctx, { threadId, userId: WRITER.userId, role: "writer" });
    await owner.threads.setParticipant(test.ctx, { threadId, userId: READER.userId, role: "reader" });
  }
  return {
    ...test,
    threadId,
    owner,
    writer: test.memory.as(WRITER),
    reader: test.memory.as(READER),
    stranger: test.memory.as(STRANGER),
    otherTenant: test.memory.as(OTHER_TENANT),
  };
}

export const text = (words: string): Part => ({ type: "text", text: words });
export const said = (role: NewMessage["role"], words: string): NewMessage => ({ role, parts: [text(words)] });
export const call = (callId: string, input = "{}"): Part => ({
  type: "toolCall",
  callId,
  toolName: "search",
  input,
});
export const result = (callId: string, output = "[]"): PartOf<"toolResult"> => ({
  type: "toolResult",
  callId,
  toolName: "search",
  outputKind: "json",
  output,
});

/** All messages of a thread, page by page. */
export async function listAll(
  messages: Pick<BoundMemory["messages"], "list">,
  ctx: QueryCtx,
  args: { threadId: string; order: "asc" | "desc"; limit: number },
): Promise<Message[]> {
  const all: Message[] = [];
  let cursor: string | null = null;
  do {
    const page: { page: Message[]; cursor: string | null } = await messages.list(ctx, { ...args, cursor });
    all.push(...page.page);
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
}

/** The code that a promise is refused with, `"ok"` when it is kept; other errors are thrown on. */
export async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | "ok"> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    if (isMemoryError(error)) return (error.data as { code: ErrorCode }).code;
    throw error;
  }
}
