import { useCallback, useState } from "react";

const PREFIX = "draft:";

/** What someone has begun to write in a conversation: it is there again after a reload of the tab. */
export function useDraft(key: string): [string, (change: (text: string) => string) => void] {
  const place = PREFIX + key;
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

/** Puts words where someone will find them when they write there next. */
export const writeDraft = (key: string, text: string): void => keep(PREFIX + key, text);
