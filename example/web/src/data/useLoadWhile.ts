import { useEffect, useState } from "react";

type Pages = { error?: Error | undefined; loadMore: () => Promise<void> };

/** Loads page after page while something is missing; a page that fails is the last. */
export function useLoadWhile(isMissing: boolean, { error, loadMore }: Pages): void {
  const [pages, setPages] = useState(0);
  const isWanted = isMissing && error === undefined;
  useEffect(() => {
    if (!isWanted) return;
    let isHere = true;
    // What a page brings is shown before its promise is settled: until then the next cannot be asked for.
    void loadMore().then(() => isHere && setPages((count) => count + 1));
    return () => {
      isHere = false;
    };
  }, [isWanted, pages, loadMore]);
}
