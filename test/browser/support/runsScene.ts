// What the tests of the page of runs set: documents, facts, a block, and answers from them.
import type { Message, Run } from "convex-agent-memory";
import { until } from "../../example/exampleApp.js";
import { ingest } from "./chat.js";
import type { Call } from "./scene.js";

/** Documents that everyone of the tenant can search; a fact and a block of the person. */
export async function knowSomething(call: Call): Promise<void> {
  await ingest(call);
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

const GOES_ON = ["running", "queued"];

/** The thread's run, when it has ended or waits for somebody. */
export async function settled(call: Call, threadId: string): Promise<Run> {
  const run = await until(
    () => call<Run | null>("query chat:getRun", { threadId }),
    (asked) => asked !== null && !GOES_ON.includes(asked.state.kind),
  );
  return run!;
}

export async function messagesIn(call: Call, threadId: string): Promise<Message[]> {
  const { page } = await call<{ page: Message[] }>("query chat:listMessages", {
    threadId,
    cursor: null,
    limit: 100,
  });
  return page.toReversed();
}
