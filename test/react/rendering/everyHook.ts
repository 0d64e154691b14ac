// Each hook mounts twice, updates, changes what it is about, does its work and goes without a trace.
import { anyApi, type ApiFromModules } from "convex/server";
import { describe, expect, test } from "vitest";
import {
  useBlocks,
  useBudget,
  useFacts,
  useRun,
  useSend,
  useThread,
  useThreads,
  useUsage,
} from "../../../src/react/index.js";
import { until } from "../../support/appHost.js";
import type * as chat from "../../support/app/convex/chat.js";
import type * as clerk from "../../support/app/convex/clerk.js";
import { textShown } from "../chatSupport.js";
import type { realClients } from "../realClient.js";
import type { hookRenderer } from "./renderHook.js";

/** The boundary where names of functions get the types of the modules that export them. */
const api = anyApi as unknown as ApiFromModules<{ chat: typeof chat; clerk: typeof clerk }>;

type Renderer = ReturnType<typeof hookRenderer>;
type Clients = ReturnType<typeof realClients>;

export function describeEveryHook({ name, renderHook }: Renderer, clients: Clients): void {
  const { theHost, connect, aThread } = clients;
  const ask = (threadId: string, prompt: string) =>
    connect().mutation(api.clerk.send, { threadId, prompt, operationId: crypto.randomUUID() });
  let people = 0;
  /** Somebody of whom nothing is known yet. */
  const somebody = () => connect(`person-${name}-${people++}`);

  /** Goes away, and nothing is watched any more. */
  async function leave({ unmount }: { unmount: () => Promise<void> }): Promise<void> {
    await unmount();
    await until(
      () => theHost().subscriptionStats().liveQueries,
      (live) => live === 0,
    );
  }

  describe.each([true, false])(`with ${name}, strict mode %s`, (strict) => {
    test("useThreads lists threads, pages and follows them", async () => {
      const client = somebody();
      for (const title of ["One", "Two", "Three"]) await client.mutation(api.chat.createThread, { title });
      const page = await renderHook(({ limit }: { limit: number }) => useThreads(api.chat, { limit }), {
        ...{ props: { limit: 2 }, client, strict },
      });
      const titles = () => page.current().threads.map(({ title }) => title);
      await page.until(({ isLoading }) => !isLoading);
      expect(titles()).toEqual(["Three", "Two"]);
      await page.current().loadMore();
      await page.until(({ threads }) => threads.length === 3);
      const before = page.current().threads;
      await page.rerender({ limit: 2 });
      expect(page.current().threads).toBe(before);
      await client.mutation(api.chat.createThread, { title: "Four" });
      await page.until(({ threads }) => threads.length === 4);
      expect(titles()).toEqual(["Four", "Three", "Two", "One"]);
      await page.rerender({ limit: 10 });
      await page.until(({ threads, canLoadMore }) => threads.length === 4 && !canLoadMore);
      await leave(page);
    });

    test("useThread moves from thread to thread, and waits for one", async () => {
      const [first, second] = [await aThread(), await aThread()];
      await ask(first, "I am one");
      await ask(second, "I am two");
      const useMaybe = ({ threadId }: { threadId: string | null }) =>
        useThread(api.chat, threadId === null ? "skip" : { threadId });
      const page = await renderHook(useMaybe, { props: { threadId: null }, client: connect(), strict });
      expect(page.current()).toMatchObject({ messages: [], isLoading: false });
      await page.rerender({ threadId: first });
      await page.until(({ messages }) => textShown(messages[1]) === "You said: one.");
      await page.rerender({ threadId: second });
      expect(page.current().messages.map((message) => textShown(message))).not.toContain("I am one");
      await page.until(({ messages }) => textShown(messages[1]) === "You said: two.");
      await page.until(({ run }) => run?.state.kind === "completed");
      await leave(page);
    });

    test("useSend shows a prompt at once, and a double click sends it once", async () => {
      const threadId = await aThread();
      const page = await renderHook(
        () => ({ thread: useThread(api.chat, { threadId }), send: useSend(api.clerk.send, api.chat) }),
        { props: undefined, client: connect(), strict },
      );
      await page.until(({ thread }) => !thread.isLoading);
      const { send } = page.current();
      const sent = [send({ threadId, prompt: "Once" }), send({ threadId, prompt: "Once" })];
      await page.until(({ thread }) => textShown(thread.messages[0]) === "Once");
      expect(page.current().thread.messages[0]?.metadata?.isSending).toBe(true);
      const [one, two] = await Promise.all(sent);
      expect(one).toEqual(two);
      const { thread } = await page.until(({ thread: { run } }) => run?.state.kind === "completed");
      expect(thread.messages.map((message) => textShown(message))).toEqual(["Once", "You said: Once."]);
      expect(page.current().send).toBe(send);
      await expect(send({ threadId, prompt: "refuse" })).rejects.toMatchObject({
        data: { code: "RATE_LIMITED" },
      });
      await page.until(({ thread: { messages } }) => messages.length === 2);
      await leave(page);
    });

    test("useRun shows what waits and takes the decision; a run that is canceled is so at once", async () => {
      const threadId = await aThread();
      await ask(threadId, "You may pay");
      const page = await renderHook(() => useRun(api.chat, { threadId }), {
        ...{ props: undefined, client: connect(), strict },
      });
      const asked = await page.until(({ waiting }) => waiting.length === 1);
      expect(asked).toMatchObject({ isActive: true, waiting: [{ toolName: "pay", kind: "approval" }] });
      await asked.approve(asked.waiting[0]!);
      const ended = await page.until(({ run }) => run?.state.kind === "completed");
      expect(ended.toolCalls.map(({ toolName, state }) => [toolName, state.kind])).toEqual([
        ["pay", "done"],
        ["look", "done"],
      ]);
      expect(ended).toMatchObject({
        isActive: false,
        waiting: [],
        progress: { steps: 2, toolCallsEnded: 2 },
      });
      await ask(threadId, "Tell me a story");
      await page.until(({ isActive }) => isActive);
      await page.current().cancel();
      await page.until(({ run }) => run?.state.kind === "canceled");
      await leave(page);
    });

    test("useFacts writes facts, takes them back and follows their scope", async () => {
      const threadId = await aThread();
      const useScope = ({ scope }: { scope: "user" | "thread" }) =>
        useFacts(api.chat, scope === "thread" ? { scope, threadId } : { scope });
      const page = await renderHook(useScope, { props: { scope: "thread" }, client: connect(), strict });
      await page.until(({ isLoading }) => !isLoading);
      await page.current().append({ facts: [{ text: "Olga likes tea." }, { text: "Olga lives in Oslo." }] });
      const { facts } = await page.until((shown) => shown.facts.length === 2);
      await page.current().retract({ factId: facts[0]!.factId });
      await page.until((shown) => shown.facts.length === 1);
      await page.rerender({ scope: "user" });
      await page.until((shown) => !shown.isLoading && shown.facts.length === 0);
      await leave(page);
    });

    test("useBlocks makes, changes and removes a block, and tells a conflict", async () => {
      const page = await renderHook(() => useBlocks(api.chat, { scope: "user" }), {
        ...{ props: undefined, client: somebody(), strict },
      });
      await page.until(({ isLoading }) => !isLoading);
      await page.current().create({ label: "notes", value: "Tea." });
      const { blocks } = await page.until((shown) => shown.blocks.length === 1);
      const { label, version } = blocks[0]!;
      const set = (value: string) => page.current().update({ label, version, edit: { kind: "set", value } });
      expect((await set("Coffee.")).kind).toBe("written");
      expect((await set("Water.")).kind).toBe("conflict");
      await page.until((shown) => shown.blocks[0]?.value === "Coffee.");
      await page.current().remove({ label });
      await page.until((shown) => shown.blocks.length === 0);
      await leave(page);
    });

    test("useUsage and useBudget follow what is spent", async () => {
      const from = Date.now() - 3 * 24 * 3_600_000;
      const client = somebody();
      const { threadId } = await client.mutation(api.chat.createThread, {});
      const page = await renderHook(
        () => ({ usage: useUsage(api.chat, { from, every: "day" }), budget: useBudget(api.chat, {}) }),
        { props: undefined, client, strict },
      );
      const empty = await page.until(({ usage, budget }) => !usage.isLoading && !budget.isLoading);
      expect(empty).toMatchObject({
        usage: { summary: { calls: 0 } },
        budget: { budgets: [], tightest: null },
      });
      await client.mutation(api.clerk.send, { threadId, prompt: "Hello", operationId: crypto.randomUUID() });
      await page.until(({ usage }) => usage.summary?.calls === 1);
      await page.until(({ usage }) => usage.series?.points.some(({ calls }) => calls === 1) === true);
      await leave(page);
    });
  });
}
