// The example's door to make a saved call of a model again.
import type { Message, Rerun } from "convex-agent-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { askAndWait, ingestDocuments, startExample, userOf, type User } from "./exampleApp.js";

let host: Host;
let ada: User;
let answer: Message;
beforeAll(async () => {
  host = await startExample();
  ada = userOf(host, "ada");
  await ingestDocuments(ada); // its action has put them when it returns
  const { messages } = await askAndWait(ada, "Where do sea otters sleep, and what do otters eat?");
  answer = messages.findLast(({ role }) => role === "assistant")!;
}, 60_000);
afterAll(() => host.close());

const again = (args: object = {}, user = ada) =>
  user.action<Rerun>("rerun:run", { messageId: answer.messageId, ...args });
const codeOf = async (promise: Promise<unknown>) =>
  await promise.then(
    () => "ok",
    (error: unknown) => (error as { data?: { code?: string } }).data?.code,
  );

describe("rerun:run", () => {
  test("gives the same answer from the same bytes, a shorter one where the instructions or the model say so", async () => {
    const text = answer.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
    const same = await again();
    expect(same).toMatchObject({ text, context: { isSame: true } });
    const short = await again({ instructions: "Answer in one sentence." });
    expect(short.text.length).toBeLessThan(text.length);
    const [first, brief] = await ada.action<string[]>("rerun:models");
    expect([first, brief]).toEqual(["built-in/extractive", "built-in/extractive-brief"]);
    const other = await again({ model: brief });
    expect(other.usage).toMatchObject([{ provider: "built-in", model: "extractive-brief" }]);
    expect(other.text.length).toBeLessThanOrEqual(text.length);
  });

  test("refuses others' calls, and models that there are none", async () => {
    expect(await codeOf(again({}, userOf(host, "ben")))).toBe("TRACE_NOT_FOUND");
    expect(await codeOf(again({}, userOf(host, null)))).toBe("UNAUTHENTICATED");
    expect(await codeOf(again({ model: "acme/none" }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(again({ messageId: "nonsense" }))).toBe("TRACE_NOT_FOUND");
  });
});
