// The pages of the app, each where it has something to show.
import type { Life } from "./seed.js";

export type View = { name: string; path: string };

/** What there is to see of a seeded person. */
export const views = ({ answered, waiting, documentKey }: Life): View[] => [
  { name: "chat", path: "/chat" },
  { name: "chat-answer", path: `/chat/${answered.threadId}` },
  { name: "chat-approval", path: `/chat/${waiting.threadId}` },
  { name: "memory-facts", path: "/memory/facts" },
  { name: "memory-review", path: "/memory/review" },
  { name: "memory-blocks", path: "/memory/blocks" },
  { name: "memory-recall", path: "/memory/recall" },
  { name: "runs", path: "/runs" },
  { name: "runs-of-thread", path: `/runs/${answered.threadId}` },
  { name: "runs-run", path: `/runs/${answered.threadId}/${answered.runId}` },
  { name: "usage", path: "/usage?range=day" },
  { name: "usage-everyone", path: "/usage?range=day&whose=tenant&by=purpose&measure=tokens" },
  { name: "documents", path: "/documents" },
  { name: "documents-one", path: `/documents/${encodeURIComponent(documentKey)}` },
];
