/** Where a fact is shown with all that is known of it. */
export const factAddress = (factId: string): string => `/memory/facts?fact=${encodeURIComponent(factId)}`;

/** Where a conversation is, at one of its messages. */
export function messageAddress(threadId: string, messageId: string): string {
  return `/chat/${encodeURIComponent(threadId)}?message=${encodeURIComponent(messageId)}`;
}

/** Where a run is shown step by step. */
export const runAddress = (threadId: string, runId: string): string =>
  `/runs/${encodeURIComponent(threadId)}/${encodeURIComponent(runId)}`;
