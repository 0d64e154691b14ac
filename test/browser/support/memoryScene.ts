// What tests of the memory and documents pages set up, by the app's own functions.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { NewFact } from "convex-agent-memory";
import type { Call } from "./scene.js";

/** A browser that shares a machine with other tests takes its time; each step waits for what it needs. */
export const UNHURRIED = { timeout: 90_000 };

/** Writes facts of the caller's own; gives their ids. */
export async function appendFacts(call: Call, facts: NewFact[]): Promise<string[]> {
  const written = await call<{ facts: { factId: string }[] }>("mutation knowledge:appendFacts", {
    scope: "user",
    facts,
  });
  return written.facts.map(({ factId }) => factId);
}

/** Tells the researcher something in a conversation of its own, and waits until it has answered. */
export async function tell(call: Call, prompt: string): Promise<string> {
  const { threadId } = await call<{ threadId: string }>("mutation chat:createThread", { title: prompt });
  await call("action ask:answer", { threadId, prompt, operationId: crypto.randomUUID() });
  return threadId;
}

/** Puts a text where everyone of the caller's tenant finds it. */
export async function putDocument(call: Call, key: string, text: string): Promise<string> {
  const put = await call<{ documentId: string }>("action search:putDocument", { scope: "tenant", key, text });
  return put.documentId;
}

/** One of the three documents of the example's tests. */
export const exampleDocument = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../example/documents/${name}`, import.meta.url)));

/** A file as the browser's file chooser gives it. */
export const textFile = (name: string, text: string | Buffer) => ({
  name,
  mimeType: "text/markdown",
  buffer: Buffer.from(text),
});
