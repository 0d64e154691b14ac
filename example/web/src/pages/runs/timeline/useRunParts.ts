import type { Run } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { api } from "../../../api.js";
import type { RunParts } from "./timeline.js";

/** As many as one page of a list may hold: a run has no more messages than that unless it is very long. */
const MOST = 200;
const MOST_NESTED = 50;

/** What is kept of a run, live; `isCut` when there is more than the page reads. Undefined until all is there. */
export function useRunParts(run: Run): { parts: RunParts; isCut: boolean } | undefined {
  const { runId, threadId, turn } = run;
  const page = { cursor: null, limit: MOST };
  const messages = useQuery(api.chat.listMessages, { threadId, turn, ...page });
  const toolCalls = useQuery(api.chat.listToolCalls, { runId, ...page });
  const events = useQuery(api.spending.listUsage, { runId, ...page });
  const nested = useQuery(api.chat.listNestedRuns, { runId, cursor: null, limit: MOST_NESTED });
  if (messages === undefined || toolCalls === undefined || events === undefined || nested === undefined)
    return undefined;
  return {
    parts: {
      run,
      messages: messages.page,
      toolCalls: toolCalls.page,
      events: events.page.toReversed(),
      nested: nested.page,
    },
    isCut: [messages, toolCalls, events, nested].some(({ cursor }) => cursor !== null),
  };
}
