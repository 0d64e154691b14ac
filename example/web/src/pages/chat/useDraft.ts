import { useCallback, useState } from "react";
import { useSession } from "../../session/useSession.js";

/** Each user's own: another may sign in to the same tab. */
const placeOf = (subject: string, key: string): string => `draft:${subject}:${key}`;

/** What someone has begun to write in a conversation: it is there again after a reload of the tab. */
export function useDraft(key: string): [string, (change: (text: string) => string) => void] {
  const place = placeOf(useSession().user.subject, key);
  const [text, setText] = useState(() => sessionStorage.getItem(place) ?? "");
  const change = useCallback(
    (next: (text: string) => string) =>
      setText((before) => {
        const after = next(before);
        keep(place, after);
        return after;
      }),
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

/** Puts words where a user will find them when they write there next. */
export const writeDraft = (subject: string, key: string, text: string): void =>
  keep(placeOf(subject, key), text);
