import { useEffect, useRef } from "react";

/** The part that each page fills. */
export const MAIN_ID = "main";

const headingIn = (main: HTMLElement): HTMLElement | null => main.querySelector("h1");

function focusQuietly(element: HTMLElement): void {
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** Puts the focus at the beginning of the page: on its heading, where there is one. */
export function focusMain(): void {
  const main = document.getElementById(MAIN_ID);
  if (main !== null) focusQuietly(headingIn(main) ?? main);
}

/**
 * Moves the focus to the heading of a page that was navigated to, so that a screen reader says where one is. A page comes
 * in pieces: its heading is waited for, until the person moves the focus themselves. Not when the app is first opened.
 */
export function usePageFocus(page: string | undefined): void {
  const last = useRef(page);
  useEffect(() => {
    if (last.current === page) return;
    last.current = page;
    const main = document.getElementById(MAIN_ID);
    if (main === null) return;
    focusQuietly(main);
    const tryHeading = (): boolean => {
      if (document.activeElement !== main && document.activeElement !== document.body) return true;
      const heading = headingIn(main);
      if (heading !== null) focusQuietly(heading);
      return heading !== null;
    };
    if (tryHeading()) return;
    const observer = new MutationObserver(() => {
      if (tryHeading()) observer.disconnect();
    });
    observer.observe(main, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [page]);
}
