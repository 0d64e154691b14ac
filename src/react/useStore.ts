import { useConvex } from "convex/react";
import { useState, useSyncExternalStore } from "react";
import type { MemoryClient, WatchingStore } from "./watchingStore.js";

const watchNothing = () => () => {};

/** The snapshot of a store, or of none; throws while rendering what the store's queries threw. */
export function useSnapshot<Snapshot extends { error?: Error }>(
  store: WatchingStore<Snapshot> | null,
  skipped: Snapshot,
): Snapshot {
  const readSkipped = () => skipped;
  const snapshot = useSyncExternalStore(
    store?.subscribe ?? watchNothing,
    store?.getSnapshot ?? readSkipped,
    store?.getInitialSnapshot ?? readSkipped,
  );
  if (snapshot.error !== undefined) throw snapshot.error;
  return snapshot;
}

/** What `create` makes of the app's client: the same until another client or key is there, then anew. */
export function useMade<Made>(key: string, create: (client: MemoryClient) => Made): Made {
  const client = useConvex();
  const [known, keep] = useState(() => ({ client, key, made: create(client) }));
  if (known.client === client && known.key === key) return known.made;
  const next = { client, key, made: create(client) };
  keep(next); // while rendering: React renders again with it, and draws nothing of the one before
  return next.made;
}
