import type { FunctionArgs } from "convex/server";
import { useSearchParams } from "react-router";
import type { api } from "../../api.js";

export type ScopeArgs = Pick<FunctionArgs<typeof api.knowledge.listFacts>, "scope" | "threadId">;
type ScopeName = "user" | "tenant" | "thread";

const isName = (value: string | null): value is ScopeName =>
  value === "user" || value === "tenant" || value === "thread";

/** Whose memory is looked at, by the address; `args` is null until a conversation is chosen. */
export type ChosenScope = {
  name: ScopeName;
  threadId: string | null;
  args: ScopeArgs | null;
  choose: (name: string, threadId?: string | null) => void;
};

/** The scope that the page's address names: the viewer's own where it names none. */
export function useScope(): ChosenScope {
  const [search, setSearch] = useSearchParams();
  const named = search.get("scope");
  const name = isName(named) ? named : "user";
  const threadId = search.get("thread");
  const choose = (next: string, thread: string | null = null): void =>
    setSearch((before) => withScope(before, next, thread));
  return { name, threadId, args: argsOf(name, threadId), choose };
}

function argsOf(name: ScopeName, threadId: string | null): ScopeArgs | null {
  if (name !== "thread") return { scope: name };
  return threadId === null ? null : { scope: name, threadId };
}

/** What else is chosen belongs to what was shown: it goes. */
function withScope(before: URLSearchParams, name: string, threadId: string | null): URLSearchParams {
  const after = new URLSearchParams();
  const status = before.get("status");
  if (status !== null) after.set("status", status);
  if (name !== "user") after.set("scope", name);
  if (threadId !== null) after.set("thread", threadId);
  return after;
}
