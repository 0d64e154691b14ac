// The driver's way to the host that is alive just now: what a host's death cuts off is asked again.
import { ConvexHttpClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import { promptOf, type Script } from "./script.js";

const RETRY_MS = 60;
const POLL_MS = 150;
/** A call, or a state that is waited for, that takes longer than this is stuck: hosts may die a hundred times meanwhile. */
const PATIENCE_MS = 600_000;

/** Something that was to happen did not, in time. */
export class StuckError extends Error {}

export type Arguments = Record<string, unknown>;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Sending = { threadId: string; script: Script; agent?: "solo" | "lead" | "clerk"; whileRunning?: string };

export class Desk {
  #url: string | null = null;

  constructor(
    /** All that is asked for, is asked as this user. */
    private readonly userId: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** The host that answers from now on; null: it is down. */
  set url(url: string | null) {
    this.#url = url;
  }

  mutation(path: string, args: Arguments): Promise<unknown> {
    return this.#ask((client) =>
      client.mutation(referenceOf(path) as FunctionReference<"mutation">, args, { skipQueue: true }),
    );
  }

  query(path: string, args: Arguments): Promise<unknown> {
    return this.#ask((client) => client.query(referenceOf(path) as FunctionReference<"query">, args));
  }

  async createThread(operationId: string): Promise<string> {
    return (await this.mutation("desk:createThread", this.#as({ operationId }))) as string;
  }

  /** Starts a run that plays a script; gives its id. */
  async send({ script, ...asked }: Sending): Promise<string> {
    const args = { agent: "solo", ...asked, prompt: promptOf(script), operationId: script.key };
    return (await this.mutation("desk:send", this.#as(args))) as string;
  }

  async listWaiting(runId: string): Promise<{ callId: string; toolName: string }[]> {
    const waiting = await this.query("desk:listWaiting", this.#as({ runId }));
    return waiting as { callId: string; toolName: string }[];
  }

  async decide(decision: { runId: string; callId: string; choice: string }): Promise<void> {
    await this.mutation("desk:decide", this.#as(decision));
  }

  async stateOf(runId: string): Promise<string | null> {
    return (await this.query("desk:stateOf", this.#as({ runId }))) as string | null;
  }

  /** Says something to a run; false when it was over. */
  async steer(said: { runId: string; prompt: string; operationId: string }): Promise<boolean> {
    return (await this.mutation("desk:steer", this.#as(said))) as boolean;
  }

  /** Adds whose thread it is. */
  #as = (args: Arguments): Arguments => ({ userId: this.userId, ...args });

  async cancel(runId: string): Promise<void> {
    await this.mutation("desk:cancel", this.#as({ runId }));
  }

  /** Calls a function of the app as the user. */
  asUser(path: string, args: Arguments): Promise<unknown> {
    return this.mutation(path, this.#as(args));
  }

  /** Resolves with a run's state when it has ended. */
  async ended(runId: string): Promise<string> {
    return (await this.until(() => this.stateOf(runId), isEnded)) as string;
  }

  /** Reads until a value holds. Throws `StuckError` when it takes too long. */
  async until(read: () => Promise<unknown>, holds: (value: unknown) => boolean): Promise<unknown> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const value = await read();
      if (holds(value)) return value;
      if (performance.now() > deadline) throw new StuckError(`Still ${JSON.stringify(value)}`);
      await pause(POLL_MS);
    }
  }

  async #ask(call: (client: ConvexHttpClient) => Promise<unknown>): Promise<unknown> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      try {
        if (this.#url !== null) return await call(new ConvexHttpClient(this.#url, { logger: false }));
      } catch (error) {
        if (!isCutOff(error)) throw error;
      }
      if (performance.now() > deadline) throw new StuckError("No host answered");
      await pause(RETRY_MS);
    }
  }
}

const ENDED: unknown[] = ["completed", "failed", "canceled"];
const isEnded = (state: unknown): boolean => ENDED.includes(state);

/** `fetch` fails with a TypeError, and half an answer is no JSON; what a function throws is neither. */
const isCutOff = (error: unknown): boolean => error instanceof TypeError || error instanceof SyntaxError;

function referenceOf(path: string): unknown {
  const [module = "", name = ""] = path.split(":");
  return anyApi[module]![name]!;
}
