import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { Preloaded } from "convex/react";
import type { MessagePage, ThreadApi } from "./threadApi.js";

/** The newest page of a thread as a server has read it, with the limit it was read with; null where there is none. */
export function preloadedPage(
  preloaded: Preloaded<ThreadApi["listMessages"]> | undefined,
  threadId: string,
): { page: MessagePage; limit: number | undefined } | null {
  if (preloaded === undefined) return null;
  const args = fromJson(preloaded._argsJSON) as { threadId: string; cursor: string | null; limit?: number };
  if (args.threadId !== threadId || args.cursor !== null) return null;
  return { page: fromJson(preloaded._valueJSON) as unknown as MessagePage, limit: args.limit };
}

/** The boundary where a payload of `preloadQuery` is values again; its types call the JSON in it a string. */
const fromJson = (json: unknown): Value => jsonToConvex(json as JSONValue);
