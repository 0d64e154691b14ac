// Prompts on their way and the rows that take their places, against a plain record of what should be seen.
import fc from "fast-check";
import { expect, test } from "vitest";
import { withSending } from "../../src/react/sentMessages.js";
import { createView, EMPTY_THREAD, reduceThread, type ThreadState } from "../../src/react/threadState.js";
import type { Message } from "../../src/validators/message.js";
import { aMessage, textPart } from "../parts/aMessage.js";

const LIMIT = 5;

type Step =
  | { kind: "send"; words: string }
  /** The server writes the oldest prompt that it has not; `told`: the client knows so, and takes it as sent. */
  | { kind: "write"; told: boolean }
  | { kind: "fail" | "tell" | "other" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), words: fc.constantFrom("yes", "no", " yes ") }),
  fc.record({ kind: fc.constant("write" as const), told: fc.boolean() }),
  fc.constantFrom({ kind: "fail" as const }, { kind: "tell" as const }, { kind: "other" as const }),
);

type Sent = { operationId: string; words: string; state: "open" | "written" | "told" };

/** A thread, a client that sends to it, and what a person should see: every prompt once, from the click on. */
class Conversation {
  readonly sent: Sent[] = [];
  readonly rows: Message[] = [];
  #state: ThreadState = EMPTY_THREAD;
  readonly #view = createView();
  #count = 0;

  send(words: string): void {
    this.sent.push({ operationId: `${++this.#count}`, words, state: "open" });
    this.show();
  }

  write(told: boolean): void {
    const next = this.sent.find(({ state }) => state === "open");
    if (next === undefined) return;
    this.#append(next.words.trim());
    next.state = told ? "told" : "written";
    this.show();
  }

  /** The answer to a mutation whose row was there before it. */
  tell(): void {
    for (const sent of this.sent) if (sent.state === "written") sent.state = "told";
    this.show();
  }

  fail(): void {
    const index = this.sent.findLastIndex(({ state }) => state === "open");
    if (index !== -1) this.sent.splice(index, 1);
    this.show();
  }

  other(): void {
    this.#append(`other ${++this.#count}`);
    this.show();
  }

  #append(words: string): void {
    this.rows.push(aMessage("user", [textPart(words)], { turn: this.rows.length }));
  }

  /** The newest page as the client has it: what is there, with what is on its way in front. */
  show(): void {
    const newest = this.rows.slice(-LIMIT).reverse();
    const cursor = this.rows.length > LIMIT ? "before" : null;
    const onTheWay = this.sent.filter(({ state }) => state !== "told");
    const page = onTheWay.reduce(
      (shown, { operationId, words }) =>
        withSending(shown, { threadId: "thread", prompt: words, operationId, sentAt: 0 }),
      { page: newest, cursor },
    );
    this.#state = reduceThread(this.#state, { kind: "recentPage", ...page });
  }

  shown() {
    return this.#view(this.#state).map(({ id, parts: [part], metadata }) => ({
      id,
      words: part?.type === "text" ? part.text.trim() : "",
      isSending: metadata?.isSending === true,
    }));
  }
}

test("each prompt is seen once, from the click to its row, under one id and in one order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const talk = new Conversation();
      talk.show();
      let before = talk.shown();
      for (const given of steps) {
        if (given.kind === "send") talk.send(given.words);
        else if (given.kind === "write") talk.write(given.told);
        else talk[given.kind]();
        const now = talk.shown();
        const open = talk.sent.filter(({ state }) => state === "open");
        // What should be seen: the rows, then what is on its way.
        expect(now.map(({ words }) => words)).toEqual([
          ...talk.rows.map(({ parts: [part] }) => (part?.type === "text" ? part.text : "")),
          ...open.map(({ words }) => words.trim()),
        ]);
        expect(now.map(({ isSending }) => isSending)).toEqual([
          ...talk.rows.map(() => false),
          ...open.map(() => true),
        ]);
        expect(new Set(now.map(({ id }) => id)).size).toBe(now.length);
        if (given.kind === "write" || given.kind === "tell")
          expect(now.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
        before = now;
      }
    }),
    { numRuns: 400 },
  );
});
