import { useConvex } from "convex/react";
import { useMemo, useSyncExternalStore } from "react";
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

/** What `create` makes of the app's client, anew for each other key. */
export function useMade<Made>(key: string, create: (client: MemoryClient) => Made): Made {
  const client = useConvex();
  return useMemo(() => create(client), [client, key]);
}
