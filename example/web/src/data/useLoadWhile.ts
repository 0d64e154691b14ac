import { useEffect, useState } from "react";

/** Loads page after page while something is missing; a page that fails is the last. */
export function useLoadWhile(isMissing: boolean, loadMore: () => Promise<void>): void {
  const [pages, setPages] = useState(0);
  useEffect(() => {
    if (!isMissing) return;
    let isHere = true;
    // What a page brings is shown before its promise is settled: until then the next cannot be asked for.
    loadMore().then(
      () => isHere && setPages((count) => count + 1),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [isMissing, pages]); // eslint-disable-line react-hooks/exhaustive-deps -- once for each page that came
}
