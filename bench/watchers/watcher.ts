// A client that subscribes to what a React hook would, with the genuine Convex client.
import { ConvexClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import WebSocket from "ws";
import { signIn, type Host } from "../../host/index.js";

export type WatcherAddress = { url: string; userId: string; threadId: string };

/** One live query of a watcher. */
export type Live = { stop(): void };

export abstract class Watcher {
  /** What the watcher shows of the answer, while it is written and when it is saved. */
  abstract get shown(): string;
  readonly threadId: string;
  readonly #client: ConvexClient;
  #unanswered = 0;
  #failure: Error | null = null;

  constructor({ url, userId, threadId }: WatcherAddress) {
    this.threadId = threadId;
    this.#client = new ConvexClient(url, {
      webSocketConstructor: WebSocket as never, // the types of ws are a little wider than the browser's
      unsavedChangesWarning: false,
      logger: false,
    });
    this.#client.setAuth(() => signIn(url, userId));
  }

  get isWaiting(): boolean {
    if (this.#failure !== null) throw this.#failure;
    return this.#unanswered > 0;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  protected watch<Value>(path: string, args: Record<string, unknown>, onValue: (value: Value) => void): Live {
    let isAnswered = false;
    this.#unanswered++;
    const answered = () => {
      if (!isAnswered) this.#unanswered--;
      isAnswered = true;
    };
    const stop = this.#client.onUpdate(
      queryAt(path),
      args,
      (value: Value) => {
        answered();
        onValue(value);
      },
      (error) => {
        this.#failure = error;
      },
    );
    return {
      stop: () => {
        answered();
        stop();
      },
    };
  }
}

function queryAt(path: string): FunctionReference<"query"> {
  const [module = "", name = ""] = path.split(":");
  return anyApi[module]![name] as FunctionReference<"query">;
}

const POLL_MS = 2;
/** Looks in a row at which nothing happens: between two messages of a connection nothing seems to. */
const QUIET_LOOKS = 5;
const SETTLE_TIMEOUT_MS = 20_000;

/** Waits until every watcher shows at least this text and nothing is on its way to any of them. */
export async function settle(host: Host, watchers: readonly Watcher[], said: string): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  let last = "";
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const { queryRuns, transitions, commits } = host.subscriptionStats();
    const now = `${queryRuns} ${transitions} ${commits}`;
    const isSettled = watchers.every((watcher) => !watcher.isWaiting && watcher.shown.startsWith(said));
    quiet = isSettled && now === last ? quiet + 1 : 0;
    last = now;
    if (performance.now() > deadline)
      throw new Error(`Watchers did not settle: ${watchers[0]?.shown.length} of ${said.length}`);
  }
}
