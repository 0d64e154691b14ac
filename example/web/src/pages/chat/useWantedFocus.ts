import { useEffect } from "react";

/** A list that did not come to a message until then is not waited for: who reads on is left alone. */
const GIVE_UP_MS = 10_000;

/**
 * Moves the focus, once, to the shown message that someone came for: a screen reader and the keyboard go on from there. A
 * list brings a message into sight over some frames, and who has begun to write meanwhile goes on writing.
 */
export function useWantedFocus(messageId: string | undefined): void {
  useEffect(() => {
    if (messageId === undefined) return;
    const until = performance.now() + GIVE_UP_MS;
    const look = (now: number): void => {
      if (now > until || document.activeElement?.matches("input, textarea") === true) return;
      const element = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`);
      if (element !== null && isInSight(element)) element.focus({ preventScroll: true });
      else frame = requestAnimationFrame(look);
    };
    let frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [messageId]);
}

/** A list hides what it has not measured, and keeps some of what is above and below. */
function isInSight(element: HTMLElement): boolean {
  if (getComputedStyle(element).visibility !== "visible") return false;
  const { top, bottom } = element.getBoundingClientRect();
  const list = element.closest("[role=log]")?.getBoundingClientRect();
  return list !== undefined && top < list.bottom && bottom > list.top;
}
