// What readers see of answers that are being written, on the genuine Convex client.
import { describe, expect, test } from "vitest";
import { identityOf, until } from "../support/appHost.js";
import {
  expectNoFlicker,
  idsOf,
  isDone,
  lastText,
  OLGA,
  realClients,
  textOf,
  textsOf,
  Trips,
  watch,
  type Streaming,
} from "./realClient.js";

const { theHost, connect, door, aThread, anAnswer, say, finish } = realClients();

const words = (count: number): string[] => Array.from({ length: count }, (_, seq) => `${seq} `);

async function sayAll(answer: Streaming, all: readonly string[]): Promise<void> {
  for (const [seq, word] of all.entries()) await say(answer, seq, word);
}

/** Starts the step again: the same row, another stream. */
const again = async (answer: Streaming): Promise<Streaming> => ({
  ...answer,
  ...((await door("turns:open", { runId: answer.runId, step: 0, stream: true })) as Streaming),
});

describe("whoever joins late", () => {
  test("after 300 chunks reads all of them in the second round trip", async () => {
    const answer = await anAnswer(await aThread());
    const all = words(300);
    await sayAll(answer, all);
    const trips = new Trips();
    const watched = watch(connect(OLGA.userId, trips), answer.threadId);
    await until(
      () => lastText(watched),
      (shown) => shown === all.join(""),
    );
    // The third follows what is not written yet; the text was whole before it was answered.
    expect(trips.asked.slice(0, 2)).toEqual([["chat:listMessages", "chat:getRun"], ["chat:followStream"]]);
    const partly = watched.seen.filter(
      (snapshot) => !["", all.join("")].includes(textsOf(snapshot)[1] ?? ""),
    );
    expect(partly).toEqual([]);
    await finish(answer, all.join(""));
    await until(watched.store.getSnapshot, isDone);
    expectNoFlicker(watched.seen);
  });

  test("to a text of several pages reads it page by page, only growing, and follows on", async () => {
    const answer = await anAnswer(await aThread());
    const long = words(12).map((word) => word.padEnd(200_000, "x"));
    await sayAll(answer, long);
    const watched = watch(connect(), answer.threadId);
    const shownLength = () => lastText(watched).length;
    await until(shownLength, (length) => length === 12 * 200_000);
    await say(answer, long.length, "more");
    await until(
      () => lastText(watched),
      (shown) => shown === `${long.join("")}more`,
    );
    expectNoFlicker(watched.seen);
  });
});

describe("an answer whose step is run again", () => {
  test("keeps its words in their place until the new ones are as many", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    const shows = (text: string) =>
      until(
        () => lastText(watched),
        (shown) => shown === text,
      );
    await say(answer, 0, "A first try");
    await shows("A first try");
    const second = await again(answer);
    expect(second).toMatchObject({ messageId: answer.messageId });
    await say(second, 0, "Second");
    await say(second, 1, " of two.");
    await shows("Second of two.");
    const third = await again(second);
    await say(third, 0, "Short.");
    await finish(third, "Short.");
    await until(watched.store.getSnapshot, isDone);
    expect(new Set(watched.seen.map((snapshot) => idsOf(snapshot)[1]))).toEqual(new Set([answer.messageId]));
    const texts = watched.seen.map((snapshot) => textsOf(snapshot)[1]);
    expect([...new Set(texts)]).toEqual(["", "A first try", "Second of two.", "Short."]);
  });

  test("with the same words only goes on where it was", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    const all = words(30);
    await sayAll(answer, all.slice(0, 20));
    await until(
      () => lastText(watched),
      (shown) => shown === all.slice(0, 20).join(""),
    );
    const second = await again(answer);
    await sayAll(second, all);
    await until(
      () => lastText(watched),
      (shown) => shown === all.join(""),
    );
    await finish(second, all.join(""));
    await until(watched.store.getSnapshot, isDone);
    expectNoFlicker(watched.seen);
  });
});

describe("an agent that pauses", () => {
  test("shows what it said before its model thinks and its tool runs, long before they are done", async () => {
    const threadId = await aThread();
    const watched = watch(connect(), threadId);
    await until(watched.store.getSnapshot, ({ isLoading }) => !isLoading);
    const running = theHost().call(
      "action",
      "ponderer:stream",
      { threadId, prompt: "Where is it?" },
      identityOf(OLGA.userId),
    );
    const typesOf = () =>
      (watched.store.getSnapshot().messages[1]?.parts ?? []).map((part) =>
        part.type === "dynamic-tool" ? `${part.toolName} ${part.state}` : part.type,
      );
    await until(
      () => lastText(watched),
      (shown) => shown === "Let me think. ",
    );
    expect(typesOf()).toEqual(["text"]); // the model has not asked for its tool yet
    await until(typesOf, (types) => types.includes("dig input-available"));
    expect(lastText(watched)).toBe("Let me think. "); // while the tool runs
    await running;
    await until(watched.store.getSnapshot, isDone);
    expect(lastText(watched)).toBe("Let me think. Found.");
    expectNoFlicker(watched.seen);
  });
});

describe("two answers at once", () => {
  test("in two threads of one client never mix", async () => {
    const client = connect();
    const answers = [await anAnswer(await aThread()), await anAnswer(await aThread())] as const;
    const both = answers.map(({ threadId }) => watch(client, threadId));
    for (let seq = 0; seq < 20; seq++)
      for (const [index, answer] of answers.entries()) await say(answer, seq, `${index}.${seq} `);
    for (const [index, watched] of both.entries()) {
      const own = Array.from({ length: 20 }, (_, seq) => `${index}.${seq} `).join("");
      await until(
        () => lastText(watched),
        (shown) => shown === own,
      );
      await finish(answers[index]!, own);
      await until(watched.store.getSnapshot, isDone);
      expect(textOf(watched.store.getSnapshot().messages[1]!)).toBe(own);
      expectNoFlicker(watched.seen);
    }
  });
});

describe("an answer that fails", () => {
  test("tells its readers what the provider's error was, and keeps what it had said", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    await say(answer, 0, "Half of ");
    const error = {
      name: "AI_APICallError",
      statusCode: 429,
      code: "rate_limit_exceeded",
      isRetryable: true,
    };
    const outcome = { kind: "failed", code: "MODEL_FAILED", message: "Too much.", error };
    await door("turns:end", { runId: answer.runId, outcome });
    const { run, messages } = await until(watched.store.getSnapshot, isDone);
    expect(run?.state).toMatchObject({ kind: "failed", error });
    expect(messages[1]?.metadata?.state).toEqual({
      kind: "failed",
      code: "MODEL_FAILED",
      reason: "Too much.",
      error,
    });
    expect(lastText(watched)).toBe("Half of ");
  });
});
