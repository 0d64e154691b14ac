// What the tests of the page of runs set: documents, facts, a block, and answers from them.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Message, Run } from "convex-agent-memory";
import { readFolder } from "../../example/demo/folder.js";

export type Call = <Result>(call: string, args?: Record<string, unknown>) => Promise<Result>;

const DOCUMENTS = fileURLToPath(new URL("../example/documents", import.meta.url));
export const SHOTS = fileURLToPath(new URL("../../.cache/screenshots", import.meta.url));
export const shot = (name: string) => ({ path: join(SHOTS, `${name}.png`), fullPage: true });

/** Documents that everyone of the tenant can search; prices, so that there are costs; a fact and a block of the person. */
export async function knowSomething(call: Call): Promise<void> {
  const { files: found } = await readFolder(DOCUMENTS, { endings: [".md", ".mdx"], tellOthers: false });
  const files = found.map(({ key, text }) => ({ key, text }));
  const ingestId = await call<string>("mutation documents:begin", { files: files.length });
  await call("action ingest:putBatch", { ingestId, batch: 0, files });
  await call("mutation knowledge:createProfile");
  await call("mutation knowledge:appendFacts", {
    scope: "user",
    facts: [{ text: "My dog is called Rex.", key: "dog" }],
  });
}

/** Asks in a thread and waits until the run has ended, or waits for somebody. */
export async function ask(
  call: Call,
  prompt: string,
  inThread?: string,
): Promise<{ threadId: string; run: Run }> {
  const threadId =
    inThread ?? (await call<{ threadId: string }>("mutation chat:createThread", { title: prompt })).threadId;
  await call("mutation ask:send", { threadId, prompt, operationId: crypto.randomUUID() });
  return { threadId, run: await settled(call, threadId) };
}

export async function settled(call: Call, threadId: string): Promise<Run> {
  for (;;) {
    const run = await call<Run | null>("query chat:getRun", { threadId });
    if (run !== null && run.state.kind !== "running" && run.state.kind !== "queued") return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function messagesIn(call: Call, threadId: string): Promise<Message[]> {
  const { page } = await call<{ page: Message[] }>("query chat:listMessages", {
    threadId,
    cursor: null,
    limit: 100,
  });
  return page.toReversed();
}
