import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textPart } from "../parts/aMessage.js";
import { says, aWatchedThread, idsOf, textsOf } from "./watchedThread.js";

describe("an answer that is being written", () => {
  test("grows under one id and never shrinks, also when its row takes the place of the stream", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, (bursts) => {
        const { server, store, seen } = aWatchedThread(1);
        const streamId = server.startStream({ turn: 0, step: 1 });
        server.deliver();
        let whole = "";
        for (const [index, burst] of bursts.entries()) {
          for (let chunk = 0; chunk < burst; chunk++) {
            server.append(streamId, says(`${index}.${chunk} `));
            whole += `${index}.${chunk} `;
          }
          server.deliver();
          expect(textsOf(store).at(-1)).toBe(whole);
        }
        server.finish(streamId, [textPart(whole)]);
        server.deliver();
        const shown = seen.map(({ messages }) => messages[1]).filter((message) => message !== undefined);
        expect(new Set(shown.map(({ id }) => id))).toEqual(new Set(["message-0-1"]));
        const lengths = shown.map(({ parts }) => (parts[0]?.type === "text" ? parts[0].text.length : 0));
        expect(lengths).toEqual([...lengths].sort((left, right) => left - right));
        expect(textsOf(store).at(-1)).toBe(whole);
        expect(server.watched).toHaveLength(2);
      }),
      { numRuns: 30 },
    );
  });

  test("is asked for from multiples of eight only, each once", () => {
    const { server } = aWatchedThread(1);
    const streamId = server.startStream({ turn: 0, step: 1 });
    server.deliver();
    for (let chunk = 0; chunk < 24; chunk++) {
      server.append(streamId, says("x"));
      server.deliver();
    }
    const cursors = server.asked.flatMap((asked) => /"after":(\d+)/.exec(asked)?.[1] ?? []);
    expect([...new Set(cursors)]).toEqual(["0", "8", "16", "24"]);
    expect(server.watched.filter((name) => name.includes("followStream"))).toHaveLength(1);
  });

  test("is followed beside another, and each through its own steps", () => {
    const { server, store } = aWatchedThread(1, 20);
    const first = server.startStream({ turn: 0, step: 1 });
    const second = server.startStream({ turn: 1, step: 1 });
    server.append(first, says("one"));
    server.append(second, says("two"));
    server.deliver();
    expect(textsOf(store)).toEqual(["prompt 0", "one", "two"]);
    server.finish(first, [textPart("one")]);
    server.append(server.startStream({ turn: 0, step: 2 }), says(" more"));
    server.deliver();
    expect(textsOf(store)).toEqual(["prompt 0", "one more", "two"]);
    expect(idsOf(store)).toEqual(["message-0-0", "message-0-1", "message-1-1"]);
  });

  test("that is begun again keeps its words until the new ones are as many, whatever they are", () => {
    const { server, store } = aWatchedThread(0);
    const first = server.startStream({ turn: 0, step: 1 });
    server.append(first, says("first try"));
    server.deliver();
    const again = server.restartStream(first, "again");
    server.deliver();
    expect(textsOf(store)).toEqual(["first try"]);
    server.append(again, says("other"));
    server.deliver();
    expect(textsOf(store)).toEqual(["first try"]);
    server.append(again, says(" words"));
    server.deliver();
    expect(textsOf(store)).toEqual(["other words"]);
    expect(idsOf(store)).toEqual(["message-0-1"]);
  });

  test("that is begun again and turns out shorter is shown when it is whole", () => {
    const { server, store } = aWatchedThread(0);
    const first = server.startStream({ turn: 0, step: 1 });
    server.append(first, says("a long first try"));
    server.deliver();
    const again = server.restartStream(first, "again");
    server.append(again, says("short"));
    server.deliver();
    expect(textsOf(store)).toEqual(["a long first try"]);
    server.finish(again, [textPart("short")]);
    server.deliver();
    expect(textsOf(store)).toEqual(["short"]);
  });

  test("never shrinks and never shows two tries at once, however often it is begun again", () => {
    const tries = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 0, maxLength: 6 }), {
      minLength: 2,
      maxLength: 5,
    });
    fc.assert(
      fc.property(tries, fc.boolean(), (attempts, isLate) => {
        const { server, store, seen } = aWatchedThread(1);
        let streamId = server.startStream({ turn: 0, step: 1 }, "try-0");
        const whole = attempts.map(() => "");
        for (const [attempt, bursts] of attempts.entries()) {
          if (attempt > 0) streamId = server.restartStream(streamId, `try-${attempt}`);
          if (!isLate) server.deliver();
          for (const burst of bursts) {
            const words = String(attempt).repeat(burst);
            server.append(streamId, says(words));
            whole[attempt] += words;
            server.deliver();
          }
        }
        const last = whole.at(-1) ?? "";
        const shown = seen.map(({ messages }) => messages[1]).filter((message) => message !== undefined);
        const texts = shown.map(({ parts }) => (parts[0]?.type === "text" ? parts[0].text : ""));
        for (const [index, words] of texts.entries()) {
          expect(words.length).toBeGreaterThanOrEqual(texts[index - 1]?.length ?? 0);
          expect(new Set(words).size).toBeLessThanOrEqual(1); // of one try alone
        }
        server.finish(streamId, [textPart(last)]);
        server.deliver();
        expect(textsOf(store).at(-1)).toBe(last);
        expect(new Set(shown.map(({ id }) => id)).size).toBeLessThanOrEqual(1);
        expect(server.watched).toHaveLength(2);
      }),
      { numRuns: 100 },
    );
  });

  test("does not fail the thread when its chunks were swept", () => {
    const { server, store } = aWatchedThread(1);
    server.chunks.delete(server.startStream({ turn: 0, step: 1 }));
    server.deliver();
    expect(store.getSnapshot().error).toBeUndefined();
    expect(idsOf(store)).toEqual(["message-0-0", "message-0-1"]);
  });

  test("leaves all other messages the same objects", () => {
    const { server, store } = aWatchedThread(3);
    const streamId = server.startStream({ turn: 2, step: 1 });
    server.deliver();
    const before = store.getSnapshot().messages;
    server.append(streamId, says("x"));
    server.deliver();
    const after = store.getSnapshot().messages;
    expect(after.map((message, index) => message === before[index])).toEqual([true, true, true, false]);
  });
});
