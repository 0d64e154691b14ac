import { useCallback, useSyncExternalStore } from "react";
import { useSession } from "../session/useSession.js";

/** Each user's own: another may sign in to the same tab. */
const placeOf = (subject: string, key: string): string => `draft:${subject}:${key}`;

/** What storage had no room for: it is there until a reload. */
const unstored = new Map<string, string>();
const followers = new Set<() => void>();

/**
 * What someone has begun to write: it is there again after a reload of the tab, and when they come back from elsewhere.
 * All who ask for the same key see the same text; "" where there is none.
 */
export function useDraft(key: string): [string, (change: (text: string) => string) => void] {
  const place = placeOf(useSession().user.subject, key);
  const text = useSyncExternalStore(follow, () => read(place));
  const change = useCallback((next: (text: string) => string) => keep(place, next(read(place))), [place]);
  return [text, change];
}

function follow(follower: () => void): () => void {
  followers.add(follower);
  return () => void followers.delete(follower);
}

const read = (place: string): string => unstored.get(place) ?? sessionStorage.getItem(place) ?? "";

function keep(place: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
    unstored.delete(place);
  } catch {
    unstored.set(place, text);
  }
  for (const tell of followers) tell();
}
