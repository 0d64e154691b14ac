// The example app on the embedded host, and what its tests do with it.
import { fileURLToPath } from "node:url";
import type { Message, Run } from "convex-agent-memory";
import { readFolder } from "../../example/demo/folder.js";
import { startHost, type Host, type Identity } from "../../host/index.js";

const APP = fileURLToPath(new URL("../../example/convex", import.meta.url));
const DOCUMENTS = fileURLToPath(new URL("./documents", import.meta.url));
/** The built-in models, whatever the machine's environment says. */
const NO_MODELS = {
  OPENAI_API_KEY: "",
  ANTHROPIC_API_KEY: "",
  MODEL_BASE_URL: "",
  MODEL_NAME: "",
  EMBEDDING_MODEL: "",
};

export type User = {
  query: <Result>(path: string, args?: Record<string, unknown>) => Promise<Result>;
  mutation: <Result>(path: string, args?: Record<string, unknown>) => Promise<Result>;
  action: <Result>(path: string, args?: Record<string, unknown>) => Promise<Result>;
};

export function startExample({ listen = false } = {}): Promise<Host> {
  return startHost({ appDirectory: APP, listen, environment: NO_MODELS });
}

/** What the identity provider says of a user beside who it is. */
export type Claims = { tenant?: string; role?: string };

/** Calls of the app's functions as a signed-in user, or as nobody. */
export function userOf(host: Host, subject: string | null, claims: Claims = {}): User {
  const identity = subject === null ? null : { ...identityOf(subject), ...claims };
  const call =
    (kind: "query" | "mutation" | "action") =>
    <Result>(path: string, args: Record<string, unknown> = {}) =>
      host.call(kind, path, args, identity) as Promise<Result>;
  return { query: call("query"), mutation: call("mutation"), action: call("action") };
}

/** Of this user of the example: what the memory knows them by. */
export const userIdOf = (subject: string): string => identityOf(subject).tokenIdentifier;

function identityOf(subject: string): Identity & { tokenIdentifier: string } {
  const issuer = "https://issuer.invalid";
  return { subject, issuer, tokenIdentifier: `${issuer}|${subject}` };
}

export const testDocuments = async () =>
  (await readFolder(DOCUMENTS, { endings: [".md", ".mdx"], tellOthers: false })).files;

/** Puts the three documents of this folder where every user of the tenant can search them. */
export async function ingestDocuments(user: User): Promise<string> {
  const files = (await testDocuments()).map(({ key, text }) => ({ key, text }));
  const ingestId = await user.mutation<string>("documents:begin", { files: files.length });
  await user.action("ingest:putBatch", { ingestId, batch: 0, files });
  return ingestId;
}

export async function createThread(user: User): Promise<string> {
  const { threadId } = await user.mutation<{ threadId: string }>("chat:createThread");
  return threadId;
}

/** Sends a question in a thread of its own and waits until its run ended. */
export async function askAndWait(user: User, prompt: string) {
  const threadId = await createThread(user);
  await user.mutation("ask:send", { threadId, prompt, operationId: "first" });
  const run = await untilRunEnded(user, threadId);
  return { threadId, run, messages: await messagesOf(user, threadId) };
}

/** The thread's run, when it ended. */
export async function untilRunEnded(user: User, threadId: string): Promise<Run> {
  return await until(
    () => user.query<Run>("chat:getRun", { threadId }),
    ({ state }) => "endedAt" in state,
  );
}

const UNTIL_TIMEOUT_MS = 20_000;
const UNTIL_POLL_MS = 20;

/** What is read, as soon as it is as wanted: a durable run goes on by scheduled functions, with pauses in between. */
export async function until<Value>(
  read: () => Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  const deadline = Date.now() + UNTIL_TIMEOUT_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(value)} after ${UNTIL_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, UNTIL_POLL_MS));
  }
}

/** The messages of a thread, oldest first. */
export async function messagesOf(user: User, threadId: string): Promise<Message[]> {
  const { page } = await user.query<{ page: Message[] }>("chat:listMessages", { threadId, cursor: null });
  return page.toReversed();
}

export const textOf = ({ parts }: Message): string =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");

type Refusal = { code: string; details?: { retryAfterMs?: number } };

/** The data of the `ConvexError` that a call is refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "data" in error) return error.data as Refusal;
    throw error;
  }
  throw new Error("The call was not refused.");
}
