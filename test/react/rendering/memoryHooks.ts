// What holds of the hooks beside the thread's with every React; the files `memoryHooks*.test.ts` choose the React.
import { anyApi, makeFunctionReference } from "convex/server";
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
  type ThreadApi,
} from "../../../src/react/index.js";
import type { RunTicket } from "../../../src/validators/run.js";
import { until } from "../../support/appHost.js";
import { realClients, textOf } from "../realClient.js";
import { shown } from "../shownApi.js";
import type { hookRenderer } from "./renderHook.js";

const chat = anyApi["chat"] as unknown as ThreadApi;
type Prompt = { threadId: string; prompt: string; operationId: string };
const say = makeFunctionReference<"mutation", Prompt, null>("prompts:say");
const ask = makeFunctionReference<"mutation", Prompt, RunTicket>("clerk:send");

const DAY_MS = 24 * 60 * 60 * 1000;
const TODAY = Date.now() - (Date.now() % DAY_MS);

/** A user of the test's own: what they have is what the test gave them. */
let users = 0;
const aUser = () => `user-${++users}`;

export function describeMemoryHooks({ name, renderHook }: ReturnType<typeof hookRenderer>): void {
  const { theHost, connect } = realClients();
  const liveQueries = () => theHost().subscriptionStats().liveQueries;
  const nothingIsLive = () => until(liveQueries, (live) => live === 0);

  describe(`useThreads, ${name}`, () => {
    test("lists threads by activity, loads more, and follows the one that is spoken in to the top", async () => {
      const client = connect(aUser());
      const ids: string[] = [];
      for (const title of ["a", "b", "c", "d", "e"])
        ids.unshift((await client.mutation(shown.createThread, { title })).threadId);
      const page = await renderHook(() => useThreads(shown, { limit: 2 }), { props: {}, client });
      expect(page.all[0]).toMatchObject({ threads: [], isLoading: true, canLoadMore: false });
      const titles = () => page.current().threads.map(({ title }) => title);
      await page.until(({ isLoading }) => !isLoading);
      expect(titles()).toEqual(["e", "d"]);
      await page.current().loadMore();
      await page.until(({ threads }) => threads.length === 4);
      const before = page.current().threads;
      await client.mutation(say, { threadId: ids[3]!, prompt: "Hello.", operationId: "hello" });
      await page.until(({ threads }) => threads[0]?.title === "b");
      expect(titles()).toEqual(["b", "e", "d", "c"]);
      expect(page.current().threads.slice(1)).toEqual(before.slice(0, 3));
      expect(page.current().threads[1]).toBe(before[0]);
      for (const { threads } of page.all)
        expect(new Set(threads.map(({ threadId }) => threadId)).size).toBe(threads.length);
      await client.mutation(shown.removeThread, { threadId: ids[0]! });
      await page.until(({ threads }) => threads.length === 4 && threads[1]?.title === "d");
      await page.unmount();
      await nothingIsLive();
    });

    test("watches nothing while it is skipped, and another list when it is asked for another", async () => {
      const client = connect(aUser());
      const { threadId } = await client.mutation(shown.createThread, { title: "kept" });
      await client.mutation(shown.createThread, { title: "open" });
      await client.mutation(shown.updateThread, { threadId, status: "archived" });
      type Args = Parameters<typeof useThreads>[1];
      const page = await renderHook((args: Args) => useThreads(shown, args), {
        props: "skip",
        client,
      });
      expect(page.current()).toMatchObject({ threads: [], isLoading: false, canLoadMore: false });
      expect(liveQueries()).toBe(0);
      await page.rerender({ status: "archived" });
      await page.until(({ threads }) => threads[0]?.title === "kept" && threads.length === 1);
      await page.rerender({ status: "active" });
      await page.until(({ threads }) => threads[0]?.title === "open" && threads.length === 1);
      expect(liveQueries()).toBe(1);
    });
  });

  describe(`useSend, ${name}`, () => {
    test("shows a prompt from the click on, under one id, and stays the same function", async () => {
      const client = connect(aUser());
      const { threadId } = await client.mutation(shown.createThread, {});
      const page = await renderHook(() => ({ ...useThread(chat, { threadId }), send: useSend(say, chat) }), {
        props: {},
        client,
      });
      await page.until(({ isLoading }) => !isLoading);
      const { send } = page.current();
      const sent = send({ threadId, prompt: "Hello." });
      const { messages } = await page.until((now) => now.messages.length === 1);
      await sent;
      const after = await page.until((now) => now.messages[0]?.metadata?.isSending !== true);
      expect(after.messages.map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
      expect(after.messages.map(textOf)).toEqual(["Hello."]);
      for (const { send: same } of page.all) expect(same).toBe(send);
    });
  });

  describe(`useRun, ${name}`, () => {
    test("shows a run that waits, lets it be approved, and is over with it", async () => {
      const client = connect(aUser());
      const { threadId } = await client.mutation(shown.createThread, {});
      const page = await renderHook(() => useRun(shown, { threadId }), { props: {}, client });
      await page.until(({ isLoading, run, isActive }) => !isLoading && run === null && !isActive);
      await client.mutation(ask, { threadId, prompt: "pay", operationId: "pay" });
      const { waiting, approve, isActive } = await page.until((now) => now.waiting.length === 1);
      expect(isActive).toBe(true);
      await approve(waiting[0]!);
      const over = await page.until((now) => !now.isActive && now.progress.toolCallsEnded === 2);
      expect(over).toMatchObject({ waiting: [], progress: { steps: 2, toolCalls: 2 } });
      await page.unmount();
      await nothingIsLive();
    });
  });

  describe(`useFacts, ${name}`, () => {
    test("shows what is kept, and what becomes of it", async () => {
      const client = connect(aUser());
      const page = await renderHook(() => useFacts(shown, { scope: "user", limit: 2 }), {
        props: {},
        client,
      });
      const texts = () => page.current().facts.map(({ text }) => text);
      const shows = (...expected: string[]) =>
        page.until(({ facts }) => JSON.stringify(facts.map(({ text }) => text)) === JSON.stringify(expected));
      await page.until(({ isLoading }) => !isLoading);
      const { append, supersede, update, retract, forget, confirm, decline } = page.current();
      for (const text of ["Lives in Oslo.", "Likes tea.", "Has a cat."]) await append({ facts: [{ text }] });
      await shows("Has a cat.", "Likes tea.");
      await page.current().loadMore();
      await page.until(({ facts }) => facts.length === 3);
      const factId = (text: string) => page.current().facts.find((fact) => fact.text === text)!.factId;
      await supersede({ factId: factId("Lives in Oslo."), facts: [{ text: "Lives in Bergen." }] });
      await shows("Lives in Bergen.", "Has a cat.", "Likes tea.");
      await update({ factId: factId("Likes tea."), pinned: true });
      await page.until(({ facts }) => facts[2]?.pinned === true);
      await retract({ factId: factId("Has a cat."), reason: "It was the neighbour's." });
      await shows("Lives in Bergen.", "Likes tea.");
      await forget({ factId: factId("Likes tea."), reason: "Asked to." });
      await shows("Lives in Bergen.");
      await append({
        facts: [
          { text: "Rows.", status: "candidate" },
          { text: "Sings.", status: "candidate" },
        ],
      });
      const queue = await renderHook(() => useFacts(shown, { scope: "user", status: "candidate" }), {
        ...{ props: {}, client },
      });
      const { facts } = await queue.until((now) => now.facts.length === 2);
      await confirm({ factId: facts.find(({ text }) => text === "Rows.")!.factId });
      await decline({ factId: facts.find(({ text }) => text === "Sings.")!.factId });
      await queue.until((now) => now.facts.length === 0);
      await page.until(({ facts: active }) => active.some(({ text }) => text === "Rows."));
      expect(texts()).not.toContain("Sings.");
      await expect(retract({ factId: "nonsense" })).rejects.toMatchObject({
        data: { code: "FACT_NOT_FOUND" },
      });
    });

    test("writes nothing while it is skipped, and says why", async () => {
      const page = await renderHook(() => useFacts(shown, "skip"), { props: {}, client: connect(aUser()) });
      expect(page.current()).toMatchObject({ facts: [], isLoading: false });
      await expect(page.current().append({ facts: [{ text: "x" }] })).rejects.toMatchObject({
        data: { code: "INVALID_ARGUMENT" },
      });
    });
  });

  describe(`useBlocks, ${name}`, () => {
    test("shows blocks, and tells of a write that came between instead of losing it", async () => {
      const client = connect(aUser());
      const page = await renderHook(() => useBlocks(shown, { scope: "user" }), { props: {}, client });
      await page.until(({ isLoading }) => !isLoading);
      const { create, update, restore, remove } = page.current();
      await create({ label: "human", value: "Likes tea." });
      await page.until(({ blocks }) => blocks[0]?.value === "Likes tea.");
      const set = (value: string, version: number) =>
        update({ label: "human", edit: { kind: "set", value }, version });
      expect(await set("Likes coffee.", 1)).toEqual({ kind: "written", version: 2 });
      expect(await set("Likes water.", 1)).toEqual({ kind: "conflict", version: 2 });
      await page.until(({ blocks }) => blocks[0]?.value === "Likes coffee.");
      expect(await restore({ label: "human", from: 1, version: 1 })).toEqual({
        kind: "conflict",
        version: 2,
      });
      expect(await restore({ label: "human", from: 1, version: 2 })).toEqual({ kind: "written", version: 3 });
      await expect(update({ label: "other", maxTokens: 3 })).rejects.toMatchObject({
        data: { code: "BLOCK_NOT_FOUND" },
      });
      await remove({ label: "human" });
      await page.until(({ blocks }) => blocks.length === 0);
    });
  });

  describe(`useUsage and useBudget, ${name}`, () => {
    test("show what was used, live, and a series where one is asked for", async () => {
      const client = connect(aUser());
      const { threadId } = await client.mutation(shown.createThread, {});
      const page = await renderHook(
        ({ every }: { every?: "day" }) => useUsage(shown, { threadId, every, from: TODAY, by: "model" }),
        { props: {}, client },
      );
      const { summary, series } = await page.until(({ isLoading }) => !isLoading);
      expect(summary).toMatchObject({ calls: 0 });
      expect(series).toBeUndefined();
      await page.rerender({ every: "day" });
      await client.mutation(ask, { threadId, prompt: "story", operationId: "story" });
      await page.until((now) => now.summary?.calls === 1 && now.series?.points[0]?.calls === 1);
    });

    test("show no budget where none is set, and throw what is thrown to the boundary", async () => {
      const page = await renderHook(() => useBudget(shown), { props: {}, client: connect(aUser()) });
      const { budgets, tightest, share, isExceeded } = await page.until(({ isLoading }) => !isLoading);
      expect({ budgets, tightest, share, isExceeded }).toEqual({
        ...{ budgets: [], tightest: null, share: 0, isExceeded: false },
      });
      const stranger = await renderHook(() => useBudget(shown), { props: {}, client: connect(null) });
      expect(await stranger.untilError()).toMatchObject({ data: { code: "UNAUTHENTICATED" } });
    });
  });
}
