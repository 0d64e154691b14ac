// What the hooks infer from an app's functions, and what they refuse. Compiled by publicApi.test.ts, never run.
import { AgentMemory, type Fact, type Run, type Thread } from "convex-agent-memory";
import type { ComponentApi } from "convex-agent-memory/_generated/component.js";
import {
  useBlocks,
  useBudget,
  useFacts,
  useRun,
  useSend,
  useThread,
  useThreads,
  useUsage,
  type ThreadMessage,
} from "convex-agent-memory/react";
import type { Preloaded } from "convex/react";
import type { ApiFromModules, FunctionReference, RegisteredMutation, RegisteredQuery } from "convex/server";
import type { Equal } from "./publicApi.js";

declare const component: ComponentApi;
const memory = new AgentMemory(component);
export const exposed = memory.exposeApi({ authorize: async () => ({ userId: "ada" }) });

type Starred = Thread & { isStarred: boolean };
declare const api: ApiFromModules<{
  chat: typeof exposed;
  ask: {
    send: RegisteredMutation<
      "public",
      { threadId: string; prompt: string; operationId: string; model?: "small" | "large" },
      Promise<{ runId: string }>
    >;
  };
  stars: {
    listThreads: RegisteredQuery<
      "public",
      { cursor: string | null; limit?: number; status?: "active" | "archived" },
      Promise<{ page: Starred[]; cursor: string | null }>
    >;
  };
}>;
declare const preloaded: Preloaded<typeof api.chat.listMessages>;
declare const silent: FunctionReference<"mutation", "public", { text: string }, null>;

declare function expectSame<Expected>(): <Given>(given: Given, holds: Equal<Given, Expected>) => void;

export function Page(): null {
  const thread = useThread(api.chat, { threadId: "t", preloaded });
  expectSame<ThreadMessage[]>()(thread.messages, true);
  useThread(api.chat, "skip");
  // @ts-expect-error a thread is named
  useThread(api.chat, { limit: 3 });
  // @ts-expect-error these functions show no thread
  useThread(api.ask, { threadId: "t" });

  expectSame<readonly Thread[]>()(useThreads(api.chat).threads, true);
  expectSame<readonly Starred[]>()(useThreads(api.stars, { status: "archived" }).threads, true);
  // @ts-expect-error no such status
  useThreads(api.chat, { status: "gone" });

  const send = useSend(api.ask.send, api.chat);
  void send({ threadId: "t", prompt: "Hello.", model: "small" }).then(({ runId }) =>
    expectSame<string>()(runId, true),
  );
  // @ts-expect-error a prompt is needed
  void send({ threadId: "t" });
  // @ts-expect-error no such model
  void send({ threadId: "t", prompt: "Hello.", model: "huge" });
  void useSend(silent)({ text: "Hello." });

  const { run, waiting, approve, answer, steer } = useRun(api.chat, { threadId: "t" });
  expectSame<Run | null>()(run, true);
  void approve(waiting[0]!, { input: { amount: 2 } });
  void answer("call", { error: "Nobody knows." });
  void steer("Shorter.");
  useRun(api.chat, { runId: "r" });
  // @ts-expect-error a thread or a run
  useRun(api.chat, {});

  const { facts, append, forget } = useFacts(api.chat, { scope: "user", status: "candidate" });
  expectSame<readonly Fact[]>()(facts, true);
  void append({ facts: [{ text: "Lives in Oslo.", key: "home.city" }] });
  // @ts-expect-error facts have words
  void append({ facts: [{ key: "home.city" }] });
  // @ts-expect-error why is to be said
  void forget({ factId: "f" });

  const { update } = useBlocks(api.chat, { scope: "thread", threadId: "t" });
  void update({ label: "human", edit: { kind: "set", value: "x" }, version: 3 }).then((write) =>
    write.kind === "conflict" ? expectSame<number>()(write.version, true) : undefined,
  );
  // @ts-expect-error the scope is the hook's
  void update({ label: "human", scope: "user" });

  const { summary, series } = useUsage(api.chat, { from: 0, every: "day", by: "model" });
  expectSame<number | undefined>()(summary?.costMicros, true);
  expectSame<number | undefined>()(series?.points[0]?.at, true);
  // @ts-expect-error nobody asks for somebody else
  useUsage(api.chat, { userId: "ben" });

  const { tightest, resetsAt } = useBudget(api.chat, { agentName: "clerk" });
  expectSame<"soft" | "hard" | undefined>()(tightest?.mode, true);
  expectSame<number | null>()(resetsAt, true);
  return null;
}
