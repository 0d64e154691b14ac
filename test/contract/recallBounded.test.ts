import { describe, expect, test } from "vitest";
import { pendingOf, rank } from "../../src/component/model/recall.js";
import { indexMessage } from "../../src/component/model/recallIndex.js";
import type { Id } from "../../src/component/_generated/dataModel.js";
import {
  RECALL_LEXICAL_CANDIDATES,
  RECALL_MAX_HITS,
  RECALL_TEXT_MAX_BYTES,
} from "../../src/shared/limits.js";
import { aMemory, aThread, codeOf, OWNER, said } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { idOfThread } from "../support/component.js";

const MIB = 1024 * 1024;
const inTenant = { kinds: ["chunk" as const], scopes: ["tenant" as const] };

describe("promise 9: recall reads and returns what is bounded", () => {
  test("reads the candidates and the texts of the hits, however many chunks there are", async () => {
    const component = aMemory();
    const { ctx, memory } = component;
    const text = Array.from({ length: 800 }, (_, index) => `## Part ${index}\n\nfjord words ${index}`).join(
      "\n\n",
    );
    await memory.as(OWNER).documents.put(ctx, { scope: "tenant", key: "a.md", text });
    const question = { caller: OWNER, query: "fjord", ...inTenant, vectorIds: [], limit: 10 };
    const cost = await costOf(component, (inner) => rank(inner, question));
    expect(cost.output.hits).toHaveLength(10);
    // One search, standing instructions, then the document once and a chunk for each hit.
    expect(cost.ranges).toBe(1 + 1 + 1 + 10);
    expect(cost.documentsRead).toBeLessThanOrEqual(RECALL_LEXICAL_CANDIDATES + 1 + 10);
    expect(cost.bytesRead).toBeLessThan(100_000);
  });

  test("never returns more hits than the most, and refuses what is no count", async () => {
    const { ctx, memory } = aMemory();
    const as = memory.as(OWNER);
    const text = Array.from({ length: 80 }, (_, index) => `## Part ${index}\n\nfjord ${index}`).join("\n\n");
    await as.documents.put(ctx, { scope: "tenant", key: "a.md", text });
    const question = { query: "fjord", ...inTenant };
    const { hits } = await as.recall(ctx, { ...question, limit: 1_000, maxTokens: 1_000_000 });
    expect(hits).toHaveLength(RECALL_MAX_HITS);
    for (const bad of [
      { limit: 0 },
      { limit: NaN },
      { limit: -1 },
      { maxTokens: 0 },
      { maxTokens: 1.5 },
      { beforeTurn: NaN },
    ]) {
      expect(await codeOf(as.recall(ctx, { ...question, ...bad }))).toBe("INVALID_ARGUMENT");
    }
    expect(await codeOf(as.recall(ctx, { ...question, query: "a ".repeat(40_000) }))).toBe(
      "INVALID_ARGUMENT",
    );
  });

  test("messages of 340 kB neither fill an answer nor a transaction", async () => {
    const component = await aThread({ shared: false });
    const { ctx, threadId, owner } = component;
    const words = (length: number) => ({ type: "text" as const, text: `fjord ${"x".repeat(length)}` });
    const parts = [...Array.from({ length: 5 }, () => words(15_500)), words(260_000)];
    for (let index = 0; index < 50; index++) {
      await owner.messages.append(ctx, { threadId, messages: [{ role: "user", parts }] });
    }
    const question = {
      caller: OWNER,
      query: "fjord",
      kinds: ["message" as const],
      scopes: ["thread" as const],
      threadId,
    };
    const cost = await costOf(component, (inner) =>
      rank(inner, { ...question, vectorIds: [], maxTokens: 100_000 }),
    );
    expect(cost.bytesRead).toBeLessThan(6 * MIB);
    expect(cost.output.hits.length).toBeGreaterThan(1);
    for (const hit of cost.output.hits) expect(hit.text.length).toBeLessThanOrEqual(RECALL_TEXT_MAX_BYTES);
    const waiting = await costOf(component, (inner) => pendingOf(inner, idOfThread(threadId), 32));
    expect(waiting.bytesRead).toBeLessThan(3 * MIB);
    expect(waiting.output.length).toBeGreaterThan(0);
  });

  test("indexing a message reads the one before it and keeps at most 8 KiB of it", async () => {
    const component = await aThread({ shared: false });
    const entry = {
      turn: 0,
      messageId: "m" as Id<"messages">,
      threadId: idOfThread(component.threadId),
      scope: "s",
      role: "user" as const,
    };
    const text = Array.from({ length: 50_000 }, (_, index) => `word${index}`).join(" ");
    const cost = await costOf(component, (ctx) =>
      indexMessage(ctx, { ...entry, text, at: 1, pending: true }),
    );
    expect(cost).toMatchObject({ ranges: 1, documentsRead: 0, documentsWritten: 1 });
    const row = await component.inside((ctx) => ctx.db.get("recallEntries", cost.output));
    expect(row?.searchText.length).toBeLessThanOrEqual(RECALL_TEXT_MAX_BYTES);
  });

  test("a text of no words is not waiting for a vector", async () => {
    const { ctx, threadId, owner } = await aThread({ shared: false });
    const file = {
      type: "file" as const,
      mediaType: "image/png",
      file: { kind: "url" as const, url: "https://example.org/a.png" },
    };
    await owner.messages.append(ctx, {
      threadId,
      messages: [{ role: "user", parts: [file] }, said("assistant", "A fjord")],
    });
    const pending = await owner.embeddings.listPending(ctx, { threadId, limit: 10 });
    expect(pending.map(({ text }) => text)).toEqual(["A fjord"]);
  });
});
