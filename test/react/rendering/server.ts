// A page that a server renders without a document, and that a browser takes over.
import { preloadQuery } from "convex/nextjs";
import { ConvexProvider, type ConvexReactClient } from "convex/react";
import { anyApi, type ApiFromModules } from "convex/server";
import { createElement, StrictMode, version, type ReactElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import {
  useBlocks,
  useBudget,
  useFacts,
  useRun,
  useSend,
  useSmoothText,
  useThread,
  useThreads,
  useUsage,
  type UseThreadArgs,
} from "../../../src/react/index.js";
import { until } from "../../support/appHost.js";
import type * as chat from "../../support/app/convex/chat.js";
import type * as clerk from "../../support/app/convex/clerk.js";
import { textShown } from "../chatSupport.js";
import { OLGA, realClients } from "../realClient.js";
import { failOnComplaints } from "./complaints.js";

/** The boundary where names of functions get the types of the modules that export them. */
const api = anyApi as unknown as ApiFromModules<{ chat: typeof chat; clerk: typeof clerk }>;

function Words({ text, isStreaming }: { text: string; isStreaming: boolean }): ReactElement {
  return createElement("p", null, useSmoothText(text, { isStreaming }));
}

/** A page with each of the hooks. */
function Page(thread: UseThreadArgs): ReactElement {
  const { messages } = useThread(api.chat, thread);
  const { threads } = useThreads(api.chat);
  const { run } = useRun(api.chat, { threadId: thread.threadId });
  const { facts } = useFacts(api.chat, { scope: "user" });
  const { blocks } = useBlocks(api.chat, { scope: "user" });
  const { summary } = useUsage(api.chat, {});
  const { budgets } = useBudget(api.chat, {});
  useSend(api.clerk.send, api.chat);
  const known = [
    threads.length,
    run?.state.kind,
    facts.length,
    blocks.length,
    summary?.calls,
    budgets.length,
  ];
  const texts = messages.map((message) =>
    createElement(Words, {
      key: message.id,
      text: textShown(message),
      isStreaming: message.metadata?.state.kind === "streaming",
    }),
  );
  return createElement("main", { "data-known": known.join(" ") }, ...texts);
}

const inApp = (client: ConvexReactClient, thread: UseThreadArgs): ReactElement =>
  createElement(StrictMode, null, createElement(ConvexProvider, { client }, createElement(Page, thread)));

/** Renders and takes over with the React of this file, whose number must be `major`. */
export function describeServer(major: string): void {
  const { theHost, connect, aThread, anAnswer, say, finish } = realClients();
  failOnComplaints();

  test(`a server of React ${major} renders what was preloaded, and the browser goes on from there`, async () => {
    expect(version.split(".")[0]).toBe(major);
    expect(typeof document).toBe("undefined");
    const answer = await anAnswer(await aThread());
    const { threadId } = answer;
    await say(answer, 0, "Once ");
    const token = await theHost().makeToken({ subject: OLGA.userId });
    const asked = { threadId, cursor: null, limit: 20 };
    const preloaded = await preloadQuery(api.chat.listMessages, asked, { url: theHost().url!, token });

    const watched = theHost().subscriptionStats().liveQueries;
    const html = renderToString(inApp(connect(), { threadId, preloaded }));
    expect(html).toContain("<p>Tell me.</p>");
    expect(theHost().subscriptionStats().liveQueries).toBe(watched); // a server follows nothing

    const { newContainer } = await import("./dom.js");
    const { hydrateRoot } = await import("react-dom/client");
    const container = newContainer(html);
    const found = container.querySelector("p");
    const mended: unknown[] = [];
    const page = inApp(connect(), { threadId, preloaded });
    const root = hydrateRoot(container, page, { onRecoverableError: (error) => mended.push(error) });
    const shown = (): string => container.textContent ?? "";
    await until(shown, (text) => text === "Tell me.Once ");
    expect(container.querySelector("p")).toBe(found); // taken over, not made anew
    await finish(answer, "Once upon a time.");
    await until(shown, (text) => text === "Tell me.Once upon a time.");
    expect(mended).toEqual([]);
    root.unmount();
    await until(
      () => theHost().subscriptionStats().liveQueries,
      (live) => live === 0,
    );
  });
}
