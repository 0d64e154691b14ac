// Numbers from clients: what no function meant to be asked is refused with a code, or answered within its bound.
import { beforeAll, describe, expect, test } from "vitest";
import type { Operation } from "../../src/client/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { anApp, callAs, type App, type Kind } from "./exposedScene.js";

let app: App;
beforeAll(async () => {
  app = await anApp();
});

const ODD = [NaN, Infinity, -Infinity, -1, 0.5, 1e9, Number.MAX_SAFE_INTEGER];

/** Every argument that is a number, and what it is asked with. */
const numbers: [Operation, Kind, field: string, (ids: App["ids"]) => Record<string, unknown>][] = [
  ["searchThreads", "query", "limit", () => ({ query: "secret" })],
  ["listMessages", "query", "turn", ({ threadId }) => ({ threadId, cursor: null })],
  ["listMessages", "query", "limit", ({ threadId }) => ({ threadId, cursor: null })],
  ["readMessage", "query", "part", ({ answerId }) => ({ messageId: answerId })],
  ["readMessage", "query", "cursor", ({ answerId }) => ({ messageId: answerId, part: 0 })],
  ["followStream", "query", "after", ({ threadId, streamId }) => ({ threadId, streamId })],
  ["latestSummary", "query", "beforeTurn", ({ ownThreadId }) => ({ threadId: ownThreadId })],
  ["memoryHealth", "query", "staleAfterMs", () => ({ scope: "user" })],
  ["readChunksAround", "query", "neighbours", ({ chunkId }) => ({ chunkIds: [chunkId] })],
  ["usageTop", "query", "limit", () => ({ by: "model" })],
  ["usageSummary", "query", "from", () => ({})],
  ["usageSummary", "query", "to", () => ({})],
  ["usageTimeseries", "query", "from", () => ({ every: "hour" })],
  ["usageTimeseries", "query", "to", () => ({ from: Date.now(), every: "month" })],
  ["listUsage", "query", "from", () => ({ cursor: null })],
  ["listUsage", "query", "to", () => ({ cursor: null })],
  ["recall", "action", "limit", () => ({ query: "secret" })],
  ["recall", "action", "maxTokens", () => ({ query: "secret" })],
  ["recall", "action", "neighbours", () => ({ query: "secret" })],
  ["recall", "action", "recency", () => ({ query: "secret" })],
  ["recall", "action", "vectorWeight", () => ({ query: "secret" })],
  ["recall", "action", "after", () => ({ query: "secret" })],
  ["recall", "action", "beforeTurn", ({ threadId }) => ({ query: "x", scopes: ["thread"], threadId })],
  ["decideApproval", "mutation", "step", ({ runId }) => ({ runId, callId: "none", approved: true })],
  ["updateFact", "mutation", "importance", ({ factId }) => ({ factId })],
  ["updateFact", "mutation", "expiresAt", ({ factId }) => ({ factId })],
  ["createBlock", "mutation", "maxTokens", () => ({ scope: "agent", label: "x" })],
  ["updateBlock", "mutation", "version", () => ({ scope: "user", label: "profile", description: "x" })],
  ["restoreBlock", "mutation", "from", () => ({ scope: "user", label: "profile", version: 1 })],
  ["putDocument", "action", "importance", () => ({ scope: "user", key: "odd.md", text: "Words." })],
  ["createUploadUrl", "mutation", "bytes", () => ({})],
];

describe("a number that is none of a count, a time or a share", () => {
  test.each(numbers)(
    "is refused by %s (%s, %s), or answered within its bound",
    async (...[name, kind, field, args]) => {
      for (const value of ODD) {
        const call = callAs(app, OWNER, { name, kind, args: { ...args(app.ids), [field]: value } });
        const own = await call.then((answer) => JSON.stringify(answer), codeOfError);
        expect(own, `${field}: ${value}`).not.toMatch(/^uncaught/);
        expect(own.length, `${field}: ${value}`).toBeLessThan(100_000);
      }
    },
  );
});

const codeOfError = async (error: unknown): Promise<string> => {
  const code = await codeOf(Promise.reject(error as Error)).catch(String);
  return /^[A-Z_]+$/.test(code) ? code : `uncaught ${String(error)}`;
};
