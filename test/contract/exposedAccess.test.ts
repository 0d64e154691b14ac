// Every function that an app exposes, as it is called by who may, by others of both tenants, and by nobody.
import { beforeAll, describe, expect, test } from "vitest";
import { codeOf, OWNER } from "../support/aMemory.js";
import { all, type Tried } from "./exposedCases.js";
import { anApp, callAs, dump, FAR, FOREIGN, SECRET, type App, type Call } from "./exposedScene.js";

/** What a client might try in order to ask as somebody, or to put something below what is another's. */
const SMUGGLED: Record<string, unknown>[] = [
  { userId: OWNER.userId },
  { tenantId: OWNER.tenantId },
  { as: OWNER },
  { principal: OWNER },
  { owner: OWNER },
  { caller: "system" },
  { agentName: "a" },
  { parentThreadId: "any" },
];

/** What is refused changes nothing, so that all refusals may ask one app. */
let shared: App;
beforeAll(async () => {
  shared = await anApp();
});

const callOf = ({ name, kind, args }: Tried, { ids }: App): Call => ({ name, kind, args: args(ids) });
const isCode = (foreign: Tried["foreign"]) => foreign !== "own" && foreign !== "nothing";

const isNothing = (answer: unknown): boolean =>
  answer === null ||
  (Array.isArray(answer)
    ? answer.length === 0
    : typeof answer === "object" && Object.values(answer).every(isNothing));

describe("each function that an app exposes", () => {
  test.each(all)("$name ($number) serves the owner, so that a refusal means something", async (tried) => {
    const app = await anApp();
    const answer = await callAs(app, OWNER, callOf(tried, app));
    expect(JSON.parse(JSON.stringify(answer)), "as JSON").toEqual(answer);
    if (tried.foreign === "nothing") expect(isNothing(answer)).toBe(false);
  });

  test.each(all.filter(({ foreign }) => isCode(foreign)))(
    "$name ($number) refuses others of both tenants, and writes nothing",
    async (tried) => {
      const before = await dump(shared);
      for (const user of FOREIGN)
        expect(
          await codeOf(callAs(shared, user, callOf(tried, shared))),
          `${user.tenantId}/${user.userId}`,
        ).toBe(tried.foreign);
      expect(await dump(shared)).toBe(before);
    },
  );

  test.each(all.filter(({ foreign }) => !isCode(foreign)))(
    "$name ($number) gives others of both tenants what is theirs, and nothing of hers",
    async (tried) => {
      const app = await anApp();
      const hers = await callAs(app, OWNER, callOf(tried, app));
      const secrets = [SECRET, OWNER.userId, ...Object.values(app.ids)];
      for (const user of FOREIGN) {
        const theirs = await callAs(app, user, callOf(tried, app));
        const answer = JSON.stringify(theirs).replaceAll(user.userId, "");
        for (const secret of secrets) expect(answer, `${user.tenantId}/${user.userId}`).not.toContain(secret);
        expect(theirs).not.toEqual(hers);
        if (tried.foreign === "nothing") expect(isNothing(theirs)).toBe(true);
      }
    },
  );

  test.each(all)("$name ($number) refuses whom authorize refuses, before it does anything", async (tried) => {
    const before = await dump(shared);
    expect(await codeOf(callAs(shared, null, callOf(tried, shared)))).toBe("UNAUTHENTICATED");
    expect(await dump(shared)).toBe(before);
  });

  test.each(all)("$name ($number) takes nobody's word for who they are", async (tried) => {
    const before = await dump(shared);
    const { args, ...call } = callOf(tried, shared);
    for (const smuggled of SMUGGLED) {
      if (Object.keys(smuggled).some((name) => name in args || MEANT[tried.name]?.includes(name))) continue;
      const attempt = callAs(shared, FAR, { ...call, args: { ...args, ...smuggled } });
      await expect(attempt, JSON.stringify(smuggled)).rejects.toThrow(/Unexpected field/);
    }
    expect(await dump(shared)).toBe(before);
  });
});

/** Of these functions it is a filter: whose agent's calls, or budget, is asked for. */
const MEANT: Partial<Record<Tried["name"], string[]>> = {
  usageSummary: ["agentName"],
  usageTimeseries: ["agentName"],
  usageTop: ["agentName"],
  budgetStatus: ["agentName"],
};
