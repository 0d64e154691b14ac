// Ids and cursors from clients: malformed, of another table, of somebody else, forged; at every exposed function.
import { beforeAll, describe, expect, test } from "vitest";
import { codeOf, OWNER, READER, STRANGER, WRITER } from "../support/aMemory.js";
import { all, type Tried } from "./exposedCases.js";
import {
  anApp,
  aStrangersThread,
  callAs,
  dump,
  FAR,
  SECRET,
  type App,
  type Call,
  type Kind,
} from "./exposedScene.js";

let app: App;
let foreign: Awaited<ReturnType<typeof aStrangersThread>>;
beforeAll(async () => {
  app = await anApp();
  foreign = await aStrangersThread(app);
});

const ID_NAMES = [
  ...["threadId", "runId", "parentRunId", "streamId", "messageId"],
  ...["factId", "documentId", "chunkIds", "storageId", "fileId"],
];
const idsIn = (tried: Tried): string[] =>
  Object.keys(tried.args(app.ids)).filter((name) => ID_NAMES.includes(name));

/** Lead nowhere. `thread` and `fact` are real ids of hers in other tables. */
const malformed = (): Record<string, string> => ({
  ...{ nonsense: "nonsense", empty: "", long: "x".repeat(5_000), quoted: `${app.ids.threadId}"`, zero: "\0" },
  ...{ thread: app.ids.threadId, fact: app.ids.factId },
});

describe("ids that lead nowhere", () => {
  test.each(all)("look as foreign ones do to $name ($number), and change nothing", async (tried) => {
    const { name, kind, args } = tried;
    const before = await dump(app);
    for (const field of idsIn(tried)) {
      for (const [what, id] of Object.entries(malformed())) {
        const isRight = field === `${what}Id`;
        if (isRight) continue;
        const asked = { ...args(app.ids), [field]: field === "chunkIds" ? [id] : id };
        const call = callAs(app, OWNER, { name, kind, args: asked });
        if (tried.foreign === "nothing") expect(await call, `${field} ${what}`).toEqual({ spans: [] });
        else expect(await codeOf(call), `${field} ${what}`).toBe(tried.foreign);
      }
    }
    expect(await dump(app)).toBe(before);
  });

  test("a stream is none of another thread, of hers or of somebody else", async () => {
    const { streamId } = app.ids;
    const title = { title: "Another" };
    const created = await callAs(app, OWNER, { name: "createThread", kind: "mutation", args: title });
    const { threadId: another } = created as { threadId: string };
    for (const threadId of [another, foreign.threadId]) {
      const args = { threadId, streamId, after: 0 };
      const call = callAs(app, OWNER, { name: "followStream", kind: "query", args });
      expect(await codeOf(call), threadId).toBe("STREAM_NOT_FOUND");
    }
  });

  test("are named by most functions, so that this is no test of nothing", () => {
    expect(all.filter((tried) => idsIn(tried).length > 0).length).toBeGreaterThan(45);
  });
});

/** Of her run no other was begun: a list without an item gives no cursor. */
const isEmpty = ({ name, args }: Tried): boolean =>
  name === "listNestedRuns" || "parentRunId" in args(app.ids);

const paged = all.filter(({ args }) => "cursor" in args({} as never));

describe("cursors", () => {
  test.each(paged)("that $name ($number) did not give are refused", async (tried) => {
    const { name, kind, args } = tried;
    const hers = (await callAs(app, OWNER, { name, kind, args: { ...args(app.ids), limit: 1 } })) as {
      cursor: string | null;
    };
    const forged = [
      "nonsense",
      "",
      "[]",
      "{}",
      '["t:acme|u:olga"]',
      '["t:other|u:olga",1,1]',
      '[{"$bytes":""}]',
    ];
    for (const cursor of forged) {
      const call = callAs(app, OWNER, { name, kind, args: { ...args(app.ids), cursor } });
      expect(await codeOf(call), cursor).toBe("INVALID_ARGUMENT");
    }
    expect(hers.cursor === null, "a cursor to steal").toBe(isEmpty(tried));
    if (hers.cursor === null) return;
    for (const user of [STRANGER, FAR]) {
      const stolen = { name, kind, args: { ...args(app.ids), cursor: hers.cursor } };
      const code =
        tried.foreign === "own" || tried.foreign === "nothing" ? "INVALID_ARGUMENT" : tried.foreign;
      expect(await codeOf(callAs(app, user, stolen)), user.userId).toBe(code);
    }
  });

  test.each(paged)("lead $name ($number) no further than its list", async ({ name, kind, args }) => {
    for (const limit of [0, -1, 1.5, NaN]) {
      const call = callAs(app, OWNER, { name, kind, args: { ...args(app.ids), limit } });
      expect(await codeOf(call), String(limit)).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("what is written below something", () => {
  const user = { scope: "user" };
  const fact = (more: object) => ({ facts: [{ text: "New.", ...more }] });

  /** Hers with another's in it: what is refused, and why. */
  const attempts: { what: string; name: Call["name"]; kind: Kind; args: () => object; code: string }[] = [
    {
      what: "a source that is another's message",
      name: "appendFacts",
      kind: "mutation",
      args: () => ({ ...user, ...fact({ sources: [{ kind: "message", messageId: foreign.messageId }] }) }),
      code: "MESSAGE_NOT_FOUND",
    },
    {
      what: "a source that is another's run",
      name: "appendFacts",
      kind: "mutation",
      args: () => ({ ...user, ...fact({ sources: [{ kind: "run", runId: foreign.runId }] }) }),
      code: "RUN_NOT_FOUND",
    },
    {
      what: "a fact in place of another's",
      name: "appendFacts",
      kind: "mutation",
      args: () => ({ ...user, ...fact({ supersedes: foreign.factId }) }),
      code: "FACT_NOT_FOUND",
    },
    {
      what: "a successor with a foreign source",
      name: "supersedeFact",
      kind: "mutation",
      args: ({ factId } = app.ids) => ({
        factId,
        ...fact({ sources: [{ kind: "message", messageId: foreign.messageId }] }),
      }),
      code: "MESSAGE_NOT_FOUND",
    },
    {
      what: "facts in another's thread",
      name: "appendFacts",
      kind: "mutation",
      args: () => ({ scope: "thread", threadId: foreign.threadId, ...fact({}) }),
      code: "THREAD_NOT_FOUND",
    },
    {
      what: "a block in another's thread",
      name: "createBlock",
      kind: "mutation",
      args: () => ({ scope: "thread", threadId: foreign.threadId, label: "x" }),
      code: "THREAD_NOT_FOUND",
    },
    {
      what: "a file by a message that does not hold it",
      name: "getFile",
      kind: "query",
      args: ({ answerId } = app.ids) => ({ fileId: foreign.threadId, messageId: answerId }),
      code: "FILE_NOT_FOUND",
    },
  ];

  test.each(attempts)("$what is refused", async ({ name, kind, args, code }) => {
    const before = await dump(app);
    expect(await codeOf(callAs(app, OWNER, { name, kind, args: { ...args() } }))).toBe(code);
    expect(await dump(app)).toBe(before);
  });

  test("another's file is not hers by a message of her own, nor hers theirs", async () => {
    const { fileId, answerId } = app.ids;
    const args = { fileId, messageId: foreign.messageId };
    expect(await codeOf(callAs(app, STRANGER, { name: "getFile", kind: "query", args }))).toBe(
      "FILE_NOT_FOUND",
    );
    const hers = { fileId, messageId: answerId };
    expect(await codeOf(callAs(app, STRANGER, { name: "getFile", kind: "query", args: hers }))).toBe(
      "FILE_NOT_FOUND",
    );
  });
});

/** What roles in a thread may do by the exposed functions. */
const ROLES: [Call["name"], (ids: App["ids"]) => Record<string, unknown>, writer: string][] = [
  ["updateThread", ({ threadId }) => ({ threadId, title: "x" }), "FORBIDDEN"],
  ["removeThread", ({ threadId }) => ({ threadId }), "FORBIDDEN"],
  ["steerRun", ({ runId }) => ({ runId, prompt: "x" }), "ok"],
  ["decideApproval", ({ runId }) => ({ runId, callId: "held", approved: false }), "ok"],
  ["answerTool", ({ runId }) => ({ runId, callId: "late", error: "None." }), "ok"],
  ["cancelRun", ({ runId }) => ({ runId }), "ok"],
  ["appendFacts", ({ threadId }) => ({ scope: "thread", threadId, facts: [{ text: "x" }] }), "ok"],
  ["forgetFact", ({ threadFactId }) => ({ factId: threadFactId, reason: "x" }), "ok"],
  ["createBlock", ({ threadId }) => ({ scope: "thread", threadId, label: "new" }), "ok"],
  ["removeBlock", ({ threadId }) => ({ scope: "thread", threadId, label: "plan" }), "ok"],
];

describe("people with a part in a thread", () => {
  test.each(ROLES)("%s is refused to readers, and for writers %#", async (name, args, writer) => {
    const own = await anApp();
    const call: Call = { name, kind: "mutation", args: args(own.ids) };
    const before = await dump(own);
    expect(await codeOf(callAs(own, READER, call))).toBe("FORBIDDEN");
    expect(await dump(own)).toBe(before);
    expect(await codeOf(callAs(own, WRITER, call))).toBe(writer);
  });

  test("readers read all of it, and find none of it in a search of their own", async () => {
    const { threadId, runId } = app.ids;
    for (const [name, args] of [
      ["getThread", { threadId }],
      ["listMessages", { threadId, cursor: null }],
      ["listRuns", { threadId, cursor: null }],
      ["getRunById", { runId }],
      ["listFacts", { scope: "thread", threadId, cursor: null }],
      ["usageSummary", { threadId }],
    ] as [Call["name"], Record<string, unknown>][])
      expect(await codeOf(callAs(app, READER, { name, kind: "query", args })), name).toBe("ok");
    const args = { query: SECRET };
    expect(await callAs(app, READER, { name: "searchThreads", kind: "query", args })).toEqual([]);
  });
});
