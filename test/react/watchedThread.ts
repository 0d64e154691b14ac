// A thread that is watched without a network, and what is seen of it.
import { ThreadStore } from "../../src/react/threadStore.js";
import type { StreamDelta } from "../../src/shared/foldDeltas.js";
import { aMessage, textPart } from "../parts/aMessage.js";
import { api, ThreadServer } from "./threadServer.js";

export const says = (text: string): StreamDelta => ({ kind: "text", text });

export function aThread(turns: number, limit = 4) {
  const server = new ThreadServer();
  for (let turn = 0; turn < turns; turn++)
    server.messages.push(aMessage("user", [textPart(`prompt ${turn}`)], { turn }));
  const store = new ThreadStore(server.client, api, { threadId: "thread", limit });
  return { server, store };
}

/** A thread that is being watched, with every state that its watcher saw. */
export function aWatchedThread(turns: number, limit?: number) {
  const { server, store } = aThread(turns, limit);
  const seen: ReturnType<typeof store.getSnapshot>[] = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot()));
  server.deliver();
  return { server, store, stop, seen };
}

export const idsOf = (store: ThreadStore) => store.getSnapshot().messages.map(({ id }) => id);
export const turnsOf = (store: ThreadStore) =>
  store.getSnapshot().messages.map(({ metadata }) => metadata?.turn);
export const textsOf = (store: ThreadStore) =>
  store
    .getSnapshot()
    .messages.map(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
