import { componentsGeneric, makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import { AgentMemory, memoryError, type ComponentApi } from "../../src/client/index.js";
import { aMemory, codeOf, OTHER_TENANT, OWNER, STRANGER } from "../support/aMemory.js";
import { aCall, foldNow, writeEvents } from "../support/usage.js";

const query = (name: string) => makeFunctionReference<"query">(`chat:${name}`);
const FROM = Date.now() - 1_000;

/** An app that lets one user at a time in, and what that user used. */
async function anApp() {
  const asked: string[] = [];
  const door = { isOpen: true, user: OWNER };
  const exposed = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi).exposeApi({
    authorize: async (_ctx, operation) => {
      asked.push(operation);
      if (!door.isOpen) throw memoryError("UNAUTHENTICATED", "Sign in.");
      return door.user;
    },
  });
  const scene = aMemory({ "./chat.ts": async () => ({ ...exposed }) });
  const owner = scene.memory.as(OWNER);
  const { threadId } = await owner.threads.create(scene.ctx, {});
  await owner.usage.record(scene.ctx, { usage: aCall(7, { costMicros: 5 }), threadId });
  await foldNow(scene);
  await writeEvents(scene, [{ inputTokens: 2 }, { userId: "sam", inputTokens: 90 }]);
  const ask = (name: string, args: object): Promise<Record<string, unknown>> =>
    scene.t.query(query(name), args);
  return { asked, door, threadId, ask };
}

const both = [
  ["usageSummary", {}],
  ["usageTimeseries", { from: FROM, every: "day" }],
] as const;

describe("the sums that an app exposes", () => {
  test("are the caller's own, or a thread's, as plain JSON, after asking who it is", async () => {
    const { ask, asked, threadId } = await anApp();
    const own = await ask("usageSummary", { by: "model" });
    expect(own).toMatchObject({
      calls: 2,
      inputTokens: 9,
      costMicros: 5,
      unpricedCalls: 1,
      isComplete: true,
    });
    expect(JSON.parse(JSON.stringify(own))).toEqual(own);
    expect(await ask("usageSummary", { threadId })).toMatchObject({ calls: 1, inputTokens: 7 });
    const series = await ask("usageTimeseries", { from: FROM, every: "month" });
    expect(JSON.parse(JSON.stringify(series))).toEqual(series);
    expect(asked).toEqual(["usageSummary", "usageSummary", "usageTimeseries"]);
  });

  test.each(both)("%s is shut to whom authorize lets not in", async (name, args) => {
    const { ask, door, threadId } = await anApp();
    door.isOpen = false;
    expect(await codeOf(ask(name, args))).toBe("UNAUTHENTICATED");
    expect(await codeOf(ask(name, { ...args, threadId }))).toBe("UNAUTHENTICATED");
  });

  test.each(both)(
    "%s gives strangers their own sums, and nothing of a foreign thread",
    async (name, args) => {
      const { ask, door, threadId } = await anApp();
      door.user = STRANGER;
      const own = await ask(name, args);
      expect(JSON.stringify(own)).toContain('"inputTokens":90');
      for (const user of [STRANGER, OTHER_TENANT]) {
        door.user = user;
        for (const id of [threadId, "nonsense", ""])
          expect(await codeOf(ask(name, { ...args, threadId: id }))).toBe("THREAD_NOT_FOUND");
      }
    },
  );

  test.each(both)("%s lets nobody name a tenant, a user or a caller", async (name, args) => {
    const { ask } = await anApp();
    for (const named of [{ tenantId: "acme" }, { userId: "sam" }, { caller: "system" }, { owner: STRANGER }])
      await expect(ask(name, { ...args, ...named })).rejects.toThrow(
        /extra field|Unexpected field|Validator/i,
      );
  });

  test.each(both)("%s refuses what is none with a code", async (name, args) => {
    const { ask } = await anApp();
    expect(await codeOf(ask(name, { ...args, by: "user" }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(ask(name, { ...args, from: NaN }))).toBe("INVALID_ARGUMENT");
  });
});
