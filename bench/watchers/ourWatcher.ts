import { ConvexProvider, ConvexReactClient } from "convex/react";
import {
  useRun,
  useThread,
  useThreads,
  type RunApi,
  type ThreadApi,
  type ThreadsApi,
} from "convex-agent-memory/react";
import { anyApi } from "convex/server";
import { createRequire } from "node:module";
import { createElement } from "react";
import type * as UniversalRenderer from "universal-test-renderer";
import WebSocket from "ws";
import { signIn } from "../../host/index.js";
import type { PageWatcher, WatcherAddress } from "./watcher.js";

const PAGE_MESSAGES = 10;

// Its build for `import` names a file that Node does not find; the other is the same code.
const { createRoot } = createRequire(import.meta.url)("universal-test-renderer") as typeof UniversalRenderer;

/** The boundary where names of functions get the types of the functions that `memory.exposeApi` gave them. */
const api = anyApi.ours as unknown as ThreadApi & RunApi & ThreadsApi;

type Watch = { onUpdate: (listener: () => void) => () => void; localQueryResult: () => unknown };
type WatchQuery = (...asked: unknown[]) => Watch;

/** Notes what a client watches, and tells whether some of it has not been answered yet. */
function waitingOf(client: ConvexReactClient): () => boolean {
  const watches = new Set<Watch>();
  // The boundary where any query is watched: the client's own overloads tell queries apart by their types alone.
  const watchQuery = client.watchQuery.bind(client) as unknown as WatchQuery;
  const noting: WatchQuery = (...asked) => {
    const watch = watchQuery(...asked);
    const onUpdate = (listener: () => void) => {
      watches.add(watch);
      const stop = watch.onUpdate(listener);
      return () => {
        watches.delete(watch);
        stop();
      };
    };
    return { ...watch, onUpdate };
  };
  client.watchQuery = noting as unknown as typeof client.watchQuery;
  return () => [...watches].some((watch) => watch.localQueryResult() === undefined);
}

/** A page that shows a thread, its run and the list of threads: the real hooks, rendered by React without a document. */
export class OurWatcher implements PageWatcher {
  shown = "";
  readonly #client: ConvexReactClient;
  readonly #isWaiting: () => boolean;
  readonly #root = createRoot();

  constructor({ url, userId, threadId }: WatcherAddress) {
    this.#client = new ConvexReactClient(url, {
      webSocketConstructor: WebSocket as never, // the types of ws are a little wider than the browser's
      unsavedChangesWarning: false,
      logger: false,
    });
    this.#client.setAuth(() => signIn(url, userId));
    this.#isWaiting = waitingOf(this.#client);
    const Page = (): null => {
      const { messages } = useThread(api, { threadId, limit: PAGE_MESSAGES });
      useRun(api, { threadId });
      useThreads(api);
      const last = messages.at(-1);
      const texts = last?.role === "assistant" ? last.parts : [];
      this.shown = texts.map((part) => (part.type === "text" ? part.text : "")).join("");
      return null;
    };
    this.#root.render(createElement(ConvexProvider, { client: this.#client }, createElement(Page)));
  }

  get isWaiting(): boolean {
    return this.#isWaiting();
  }

  async close(): Promise<void> {
    this.#root.unmount();
    await this.#client.close();
  }
}
