import { useEffect, useRef, type RefObject } from "react";

/** Whether what calls this is still shown, for what comes about later. */
export function useIsHere(): Readonly<RefObject<boolean>> {
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return isHere;
}
