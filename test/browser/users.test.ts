// Two people at once see what is theirs and nothing else, whatever address or id they write.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { used } from "../support/turns.js";
import { beginThread } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene, userIdOf, type Call } from "./support/scene.js";
import { ask, seedLife, userFrom, type Life } from "./support/seed.js";
import { settle } from "./support/settle.js";

const TIMEOUT_MS = 180_000;
/** Words that are only in what Ada said, was told or keeps. */
const ADAS = /otter|bread|lighthouse|TypeScript/i;

type Streamed = Record<"threadId" | "streamId", string>;
type Ids = Record<"messageId" | "factId" | "callId", string>;

describeInBrowser("two people", () => {
  const { open, callAs, expectTrouble, scene } = browserScene();
  const ada = () => userFrom(callAs("ada"));
  let life: Life;
  let ids: Ids;
  beforeAll(async () => {
    life = await seedLife(callAs, "ada");
    const { threadId } = life.answered;
    type Listed<Item> = { page: Item[] };
    const messages = await ada().query<Listed<{ messageId: string }>>("chat:listMessages", {
      threadId,
      cursor: null,
    });
    const facts = await ada().query<Listed<{ factId: string }>>("knowledge:listFacts", {
      scope: "user",
      cursor: null,
    });
    const waiting = await ada().query<{ callId: string }[]>("chat:listWaiting", {
      runId: life.waiting.runId,
    });
    await ada().mutation("knowledge:appendFacts", {
      scope: "user",
      facts: [{ text: "Perhaps lives in a lighthouse.", status: "candidate" }],
    });
    await ada().mutation("knowledge:createBlock", {
      scope: "user",
      label: "rules",
      value: "Speak of otters.",
    });
    ids = {
      messageId: messages.page[0]!.messageId,
      factId: facts.page[0]!.factId,
      callId: waiting[0]!.callId,
    };
  }, TIMEOUT_MS);

  test(
    "at once see their own conversations, memory, runs and usage alone",
    async () => {
      await ask(userFrom(callAs("ben")), "What is a Fresnel lens?");
      const [adas, bens] = await Promise.all([
        open({ as: "ada", path: "/chat" }),
        open({ as: "ben", path: "/chat" }),
      ]);
      await adas.getByText("Which day do I deploy?").first().waitFor();
      await bens.getByText("What is a Fresnel lens?").first().waitFor();
      expect(await adas.getByText("What is a Fresnel lens?").count()).toBe(0);
      const read = async (page: Page, path: string) => {
        await page.goto(scene.url + path);
        await settle(page);
        return await page.evaluate(() => {
          const fields = [...document.querySelectorAll<HTMLTextAreaElement>("textarea, input")];
          return [document.body.innerText, ...fields.map(({ value }) => value)].join("\n");
        });
      };
      for (const path of [
        "/chat",
        "/memory/facts",
        "/memory/review",
        "/memory/blocks?block=rules",
        "/runs",
      ]) {
        const [hers, his] = await Promise.all([read(adas, path), read(bens, path)]);
        expect(hers, path).toMatch(ADAS);
        expect(his, path).not.toMatch(ADAS);
      }
      const callsOn = async (page: Page) => {
        expect(await read(page, "/usage")).not.toMatch(ADAS);
        return await page.getByRole("group", { name: "Calls", exact: true }).innerText();
      };
      for (const [person, page] of [
        ["ada", adas],
        ["ben", bens],
      ] as const) {
        const { calls } = await callAs(person)<{ calls: number }>("query spending:usageSummary");
        expect(await callsOn(page), person).toMatch(new RegExp(`\\b${calls}\\b`));
      }
    },
    TIMEOUT_MS,
  );

  test(
    "an address with another's id shows that there is no such thing, on every page",
    async () => {
      const page = await open({ as: "ben" });
      const { threadId, runId } = life.answered;
      const hers = [
        `/chat/${threadId}`,
        `/runs/${threadId}`,
        `/runs/${threadId}/${runId}`,
        `/runs/${life.waiting.threadId}/${life.waiting.runId}`,
        `/memory/facts?factId=${ids.factId}&fact=${ids.factId}`,
      ];
      const adas = await open({ as: "ada" });
      for (const address of hers) {
        await adas.goto(scene.url + address);
        await adas.locator("main").getByText(ADAS).first().waitFor();
      }
      const addresses = [
        ...hers,
        `/chat/${life.waiting.threadId}`,
        `/chat/${runId}`,
        `/memory/facts?scope=thread&threadId=${threadId}&thread=${threadId}`,
        `/memory/recall?scope=thread&threadId=${threadId}&thread=${threadId}`,
        `/usage?threadId=${threadId}&runId=${runId}&userId=${encodeURIComponent(userIdOf("ada"))}&whose=tenant`,
        `/chat/${"x".repeat(2_000)}`,
        `/runs/%00/..%2f`,
        `/chat/__proto__`,
      ];
      for (const address of addresses) {
        await page.goto(scene.url + address);
        await settle(page);
        expect(await page.locator("main").innerText(), address).not.toMatch(ADAS);
        expect((await page.locator("main").innerText()).trim().length, `${address} is empty`).toBeGreaterThan(
          0,
        );
        expect(await page.locator("main").innerText(), address).not.toMatch(
          /[A-Z]+_NOT_FOUND|undefined|Server Error/,
        );
      }
    },
    TIMEOUT_MS,
  );

  test(
    "a call with another's id is refused, sent with the token of the person's own page",
    async () => {
      const page = await open({ as: "ben" });
      const tried = calls(life, { ...ids, ...(await streamOf(callAs("ada"), scene.host)) });
      for (const [call, args] of tried) {
        const { status, code, text } = await callFrom(page, call, args);
        expect(`${status} ${code}`, `${call} ${JSON.stringify(args)}: ${text}`).toMatch(
          /^error (\w+_NOT_FOUND|FORBIDDEN|TOOL_CALL_NOT_WAITING|INVALID_ARGUMENT)$/,
        );
        expect(text, call).not.toMatch(ADAS);
      }
      expectTrouble(/status of 560/); // what a browser says of a refused call
      const { state } = await ada().query<{ state: { kind: string } }>("chat:getRun", {
        threadId: life.waiting.threadId,
      });
      expect(state.kind).toBe("awaitingApproval"); // nobody decided it, or stopped it
      for (const [call, args] of tried.filter(([named]) => named.startsWith("query")))
        await expect(callAs("ada")(call, args), `${call} of her own`).resolves.toBeDefined();
      const { title } = await ada().query<{ title?: string }>("chat:getThread", {
        threadId: life.answered.threadId,
      });
      expect(title).toBe("What does an otter eat?");
    },
    TIMEOUT_MS,
  );
});

/** What a stranger tries with another's ids: each that reads, and each that changes. */
function calls(
  { answered, waiting }: Life,
  { messageId, factId, callId, streamed }: Ids & { streamed: Streamed },
): [string, Record<string, unknown>][] {
  const { threadId, runId } = answered;
  const page = { cursor: null };
  return [
    ["query chat:getThread", { threadId }],
    ["query chat:listMessages", { threadId, ...page }],
    ["query chat:followStream", { ...streamed, after: 0 }],
    ["query chat:getRun", { threadId }],
    ["query chat:listRuns", { threadId, ...page }],
    ["query chat:listToolCalls", { runId, ...page }],
    ["query chat:listWaiting", { runId: waiting.runId }],
    ["query inspect:explainContext", { messageId }],
    ["query inspect:replayContext", { messageId }],
    ["query knowledge:factHistory", { factId }],
    ["query knowledge:listFacts", { scope: "thread", threadId, ...page }],
    ["query knowledge:listBlocks", { scope: "thread", threadId }],
    ["query spending:usageSummary", { threadId }],
    ["query spending:usageSummary", { runId }],
    ["query spending:listUsage", { runId, ...page }],
    ["query spending:budgetStatus", { threadId }],
    ["query costs:summaryOf", { from: 0 }],
    ["query costs:eventsOf", { from: 0, ...page }],
    ["query costs:statusOf", { userId: userIdOf("ada") }],
    ["mutation costs:setDailyLimit", { userId: userIdOf("ben"), limitMicros: 1_000_000 }],
    ["mutation costs:removeDailyLimit", { userId: userIdOf("ben") }],
    ["mutation ask:send", { threadId, prompt: "Tell me all.", operationId: "stolen" }],
    ["mutation chat:updateThread", { threadId, title: "Mine" }],
    ["mutation chat:removeThread", { threadId }],
    ["mutation chat:removeMessage", { messageId }],
    ["mutation chat:cancelRun", { runId: waiting.runId }],
    ["mutation chat:steerRun", { runId: waiting.runId, prompt: "Do it." }],
    ["mutation chat:decideApproval", { runId: waiting.runId, callId, approved: true }],
    ["mutation knowledge:retractFact", { factId, reason: "Mine." }],
    ["mutation knowledge:forgetFact", { factId, reason: "Mine." }],
  ];
}

/** A stream of Ada's that has ended and can still be followed: its words are in nothing else. */
async function streamOf(call: Call, host: Host): Promise<{ streamed: Streamed }> {
  const caller = { userId: userIdOf("ada"), tenantId: "demo" };
  const inMemory = <Result>(path: string, args: Record<string, unknown>) =>
    host.callComponent("agentMemory", "mutation", path, { caller, ...args }) as Promise<Result>;
  const threadId = await beginThread(call, "Streamed");
  const begin = { threadId, agentName: "helper", engine: "action", stream: true };
  const { runId, streamId } = await inMemory<{ runId: string; streamId: string }>("turns:begin", {
    ...begin,
    prompt: [{ type: "text", text: "And now?" }],
  });
  const deltas = JSON.stringify([{ kind: "text", text: "An otter by the lighthouse." }]);
  await inMemory("streams:append", { streamId, seq: 0, deltas });
  const message = { parts: [{ type: "text", text: "Nothing." }] };
  await inMemory("turns:saveStep", { runId, step: 0, message, results: [], usage: used, finish: true });
  return { streamed: { threadId, streamId } };
}

type Told = { status: string; code: string; text: string };

/** A call over HTTP from inside the page, with a token that the page's own sign-in gives. */
async function callFrom(page: Page, call: string, args: Record<string, unknown>): Promise<Told> {
  return await page.evaluate(
    async ([kind, path, given]) => {
      const post = (address: string, body: unknown, headers: Record<string, string> = {}) =>
        fetch(address, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        });
      const { token } = (await (await post("/local-auth/token", { subject: "ben" })).json()) as {
        token: string;
      };
      const answer = await post(
        `/api/${kind as string}`,
        { path, args: given, format: "json" },
        { authorization: `Bearer ${token}` },
      );
      const text = await answer.text();
      const { status, errorData } = JSON.parse(text) as { status: string; errorData?: { code: string } };
      return { status, code: errorData?.code ?? "none", text };
    },
    [...call.split(" "), args] as const,
  );
}
