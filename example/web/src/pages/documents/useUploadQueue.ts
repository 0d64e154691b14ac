import { useConvex } from "convex/react";
import type { ConvexReactClient } from "convex/react";
import { useSyncExternalStore } from "react";
import { api } from "../../api.js";
import { useSession } from "../../session/useSession.js";
import { UploadQueue, type Upload } from "./uploadQueue.js";

/** The queue of whoever is signed in: it outlives this page, and ends with their session. */
let current: { subject: string; queue: UploadQueue } | null = null;

function queueOf(subject: string, client: ConvexReactClient): UploadQueue {
  if (current?.subject === subject) return current.queue;
  const queue = new UploadQueue((document) =>
    client.action(api.search.putDocument, { scope: "tenant", ...document }),
  );
  current = { subject, queue };
  return queue;
}

/** The files that are on their way into the documents, and what can be done about them. */
export function useUploadQueue(): { uploads: readonly Upload[]; queue: UploadQueue } {
  const { user } = useSession();
  const queue = queueOf(user.subject, useConvex());
  return { uploads: useSyncExternalStore(queue.subscribe, queue.getSnapshot), queue };
}
