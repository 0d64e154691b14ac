// What `authorize` is to the functions that an app exposes: asked first, by name, and always heard.
import { ConvexError } from "convex/values";
import { makeFunctionReference, queryGeneric } from "convex/server";
import { beforeAll, describe, expect, test } from "vitest";
import { memoryError, type Operation, type Principal } from "../../src/client/index.js";
import { codeOf, OWNER, STRANGER } from "../support/aMemory.js";
import { all } from "./exposedCases.js";
import { anApp, callAs, dump, type App } from "./exposedScene.js";

let shut: App;
const REFUSAL = { code: "NOT_TODAY", until: "noon" };
beforeAll(async () => {
  shut = await anApp({
    authorize: async (_ctx, operation, args) => {
      shut.keeper.asked.push({ operation, args });
      throw new ConvexError(REFUSAL);
    },
  });
});

describe("authorize", () => {
  test.each(all)("is asked by $name ($number) with its name and what was sent, and heard", async (tried) => {
    const { name, kind } = tried;
    const args = tried.args(shut.ids);
    const before = await dump(shut);
    shut.keeper.asked.length = 0;
    const refused = await callAs(shut, OWNER, { name, kind, args }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConvexError);
    expect((refused as ConvexError<typeof REFUSAL>).data).toEqual(REFUSAL);
    expect(shut.keeper.asked).toEqual([{ operation: name, args }]);
    expect(await dump(shut)).toBe(before);
  });

  test("may go by roles, by what is asked for, and by what the app knows of the caller", async () => {
    const roleOf = makeFunctionReference<"query", { userId: string }, string>("roles:of");
    const person: { now: Principal } = { now: OWNER };
    const app = await anApp(
      {
        authorize: async (ctx, operation, args) => {
          const role = await ctx.runQuery(roleOf, { userId: person.now.userId });
          const isForAll = args["scope"] === "tenant" && WRITES.includes(operation);
          if (role !== "admin" && isForAll) throw memoryError("FORBIDDEN", "Ask an admin of yours.");
          return person.now;
        },
      },
      {
        "./roles.ts": async () => ({
          of: queryGeneric({
            handler: async (_ctx, { userId }: { userId: string }) =>
              userId === OWNER.userId ? "admin" : "member",
          }),
        }),
      },
    );
    const put = (scope: string) =>
      callAs(app, null, {
        ...{ name: "putDocument", kind: "action" },
        args: { scope, key: "rules.md", text: "# Rules\n\nBe kind." },
      });
    const read = () =>
      callAs(app, null, {
        ...{ name: "getDocument", kind: "query" },
        args: { scope: "tenant", key: "rules.md" },
      });
    expect(await codeOf(put("tenant"))).toBe("ok");
    person.now = STRANGER;
    expect(await codeOf(put("tenant"))).toBe("FORBIDDEN");
    expect(await codeOf(put("user"))).toBe("ok");
    expect(await read()).toMatchObject({ key: "rules.md" });
  });
});

const WRITES: Operation[] = ["putDocument", "appendFacts", "createBlock"];

describe("what is given beside authorize", () => {
  const recall = { name: "recall", kind: "action", args: { query: "words", kinds: ["chunk"] } } as const;
  const put = {
    ...({ name: "putDocument", kind: "action" } as const),
    args: { scope: "user", key: "new.md", text: "# New\n\nSome words." },
  };

  test("without `embed` recall goes by words, and documents wait for the worker", async () => {
    const app = await anApp({ embed: undefined });
    const waiting = async () => {
      const args = { scope: "user" };
      const health = await callAs(app, OWNER, { name: "memoryHealth", kind: "query", args });
      return (health as { pendingEmbeddings: { count: number } }).pendingEmbeddings.count;
    };
    const before = await waiting();
    expect(await callAs(app, OWNER, put)).toMatchObject({ kind: "written", chunks: 1 });
    expect(await waiting()).toBe(before + 1);
    const { hits } = (await callAs(app, OWNER, recall)) as { hits: object[] };
    expect(hits).toMatchObject([{ documentKey: "new.md", lexicalRank: 1 }]);
    expect(hits[0]).not.toHaveProperty("vectorRank");
  });

  test("`embed` is asked for by what embeds alone, and a foreign thread costs nothing", async () => {
    let made = 0;
    const app = await anApp({
      embed: () => {
        made += 1;
        return {
          name: "counted",
          embed: async (texts) => ({ vectors: texts.map(() => Array.from({ length: 256 }, () => 1)) }),
        };
      },
    });
    const args = { ...recall.args, threadId: app.ids.threadId };
    expect(await codeOf(callAs(app, STRANGER, { ...recall, args }))).toBe("THREAD_NOT_FOUND");
    await callAs(app, OWNER, { name: "listThreads", kind: "query", args: { cursor: null } });
    expect(made).toBe(0);
    await callAs(app, OWNER, put);
    const { hits } = (await callAs(app, OWNER, recall)) as { hits: object[] };
    expect(hits[0]).toHaveProperty("vectorRank", 1);
    expect(made).toBe(2);
  });
});
