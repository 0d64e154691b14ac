// What holds of every hook with every React; the files `rendering*.test.ts` choose the React and run it.
import { makeFunctionReference } from "convex/server";
import { useEffect, useMemo } from "react";
import { describe, expect, test } from "vitest";
import { useSmoothText, useThread, type ThreadApi } from "../../../src/react/index.js";
import { until } from "../../support/appHost.js";
import { chatPages } from "../chatPage.js";
import { comparable, textShown } from "../chatSupport.js";
import { realClients, textOf } from "../realClient.js";
import { takeComplaints } from "./complaints.js";
import type { hookRenderer } from "./renderHook.js";

const api: ThreadApi = {
  listMessages: makeFunctionReference("chat:listMessages"),
  followStream: makeFunctionReference("chat:followStream"),
  getRun: makeFunctionReference("chat:getRun"),
};

type Renderer = ReturnType<typeof hookRenderer>;
type Clients = ReturnType<typeof realClients>;
type Expected = { major: string; hasDocument: boolean };

/** All that holds with the React of this file. */
export function describeRendering(rendering: () => Renderer, expected: Expected): void {
  const clients = realClients();
  const renderer = rendering();
  describeHarness(renderer, clients, expected);
  describeHooks(renderer, clients);
}

/** The harness itself: that it renders with the React it names, mounts twice in strict mode and hears complaints. */
function describeHarness(
  { version, name, renderHook }: Renderer,
  { connect }: Clients,
  expected: Expected,
): void {
  test(`${name} is what renders`, () => {
    expect(version.split(".")[0]).toBe(expected.major);
    expect(typeof document !== "undefined").toBe(expected.hasDocument);
    expect(typeof window !== "undefined").toBe(expected.hasDocument);
  });

  test.each([
    [true, ["mounted", "gone", "mounted"]],
    [false, ["mounted"]],
  ])("strict mode %s mounts as often as it should", async (strict, events) => {
    const seen: string[] = [];
    const useMounting = (): void =>
      useEffect(() => {
        seen.push("mounted");
        return () => void seen.push("gone");
      }, []);
    const page = await renderHook(useMounting, { props: undefined, client: connect(), strict });
    expect(seen).toEqual(events);
    await page.unmount();
    expect(seen).toEqual([...events, "gone"]);
  });

  test("a complaint of React is heard", async () => {
    const useWrongly = (dependencies: number[]) => useMemo(() => dependencies.length, dependencies);
    const page = await renderHook(useWrongly, { props: [1], client: connect() });
    await page.rerender([1, 2]);
    expect(takeComplaints().join()).toContain("useMemo changed size between renders");
  });
}

function describeHooks(renderer: Renderer, clients: Clients): void {
  const { name, renderHook } = renderer;
  const { theHost, connect, aThread, anAnswer, say, finish } = clients;
  const liveQueries = () => theHost().subscriptionStats().liveQueries;

  describe.each([true, false])(`useThread, ${name}, strict mode %s`, (strict) => {
    test("shows an answer word by word, then asks nothing more once it is gone", async () => {
      const answer = await anAnswer(await aThread());
      const { threadId } = answer;
      const page = await renderHook(() => useThread(api, { threadId }), {
        props: {},
        client: connect(),
        strict,
      });
      expect(page.all[0]).toMatchObject({ messages: [], isLoading: true });
      await say(answer, 0, "Once ");
      await page.until(({ messages }) => messages.length === 2 && textOf(messages[1]!) === "Once ");
      await finish(answer, "Once upon a time.");
      const { messages } = await page.until(({ run }) => run?.state.kind === "completed");
      expect(messages.map(textOf)).toEqual(["Tell me.", "Once upon a time."]);
      await page.unmount();
      await until(liveQueries, (live) => live === 0);
    });
  });

  describe.each([true, false])(`useSmoothText, ${name}, strict mode %s`, (strict) => {
    type Props = { text: string; isStreaming: boolean; prefersReducedMotion?: boolean };
    const useText = ({ text, ...options }: Props) => useSmoothText(text, options);

    test("shows what comes bit by bit, and never less than before", async () => {
      const whole = `Hello ${"👩🏽‍🚀 and more ".repeat(12)}`;
      const page = await renderHook(useText, {
        props: { text: "Hello", isStreaming: true },
        ...{ client: connect(), strict },
      });
      expect(page.all[0]).toBe("Hello");
      await page.rerender({ text: whole, isStreaming: true });
      expect(page.current().length).toBeLessThan(whole.length);
      await page.until((shown) => shown === whole);
      const lengths = page.all.map((shown) => shown.length);
      expect(lengths).toEqual([...lengths].sort((left, right) => left - right));
      expect(new Set(lengths).size).toBeGreaterThan(4);
      for (const shown of page.all) expect(whole.startsWith(shown) && shown.isWellFormed()).toBe(true);
    });

    test("holds nothing back once the text is done, or where less motion was asked for", async () => {
      const page = await renderHook(useText, {
        props: { text: "", isStreaming: true },
        ...{ client: connect(), strict },
      });
      await page.rerender({ text: "A lot of words.", isStreaming: true });
      await page.rerender({ text: "A lot of words. Done.", isStreaming: false });
      expect(page.current()).toBe("A lot of words. Done.");
      await page.rerender({
        text: "Another text, from its start on.",
        isStreaming: true,
        prefersReducedMotion: true,
      });
      expect(page.current()).toBe("Another text, from its start on.");
    });
  });

  test("useChat of the AI SDK runs on a thread, and resumes", async () => {
    const { aChat, shownByThread } = chatPages(clients, renderer);
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    void chat.current().sendMessage({ text: "Tell me a story" });
    await chat.until(({ messages }) => textShown(messages[1]).length > 30);
    const other = await aChat({ threadId, history: [], resume: true });
    const { messages: resumed } = await other.until(({ messages }) =>
      textShown(messages[0]).endsWith("word-119"),
    );
    const { messages } = await chat.ready();
    expect(comparable(messages)).toEqual(comparable(await shownByThread(threadId)));
    expect(textShown(resumed[0])).toBe(textShown(messages[1]));
  });

  test("a thread of somebody else is an error for the boundary", async () => {
    const threadId = await aThread();
    const page = await renderHook(() => useThread(api, { threadId }), { props: {}, client: connect("sam") });
    expect(await page.untilError()).toMatchObject({ data: { code: "THREAD_NOT_FOUND" } });
  });
}
