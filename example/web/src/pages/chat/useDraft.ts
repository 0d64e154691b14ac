import { useCallback, useRef, useState } from "react";
import { useSession } from "../../session/useSession.js";

/** Each user's own: another may sign in to the same tab. */
const placeOf = (subject: string, key: string): string => `draft:${subject}:${key}`;

/**
 * What someone has begun to write in a conversation: it is there again after a reload of the tab, and what is put back
 * after they went to another conversation is there when they come back.
 */
export function useDraft(key: string): [string, (change: (text: string) => string) => void] {
  const place = placeOf(useSession().user.subject, key);
  const [text, setText] = useState(() => sessionStorage.getItem(place) ?? "");
  const latest = useRef(text);
  const change = useCallback(
    (next: (text: string) => string) => {
      latest.current = next(latest.current);
      keep(place, latest.current);
      setText(latest.current);
    },
    [place],
  );
  return [text, change];
}

function keep(place: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // Storage is full: then a reload forgets the draft.
  }
}
