import { useNetwork } from "@mantine/hooks";
import { useConvexConnectionState } from "convex/react";
import { useEffect, useState } from "react";

/** What is said of the connection: nothing while all is well. */
export type Notice = "none" | "unreachable" | "lost" | "back";

/** A first connection takes a moment; longer than this is told. */
const UNREACHABLE_AFTER_MS = 4_000;
/** Shorter breaks go by unseen. */
const LOST_AFTER_MS = 700;
const BACK_SHOWN_MS = 4_000;

/** What is said next, once the connection has been so for a while. */
export function nextNotice(
  current: Notice,
  { isConnected, hasEverConnected }: { isConnected: boolean; hasEverConnected: boolean },
): Notice {
  if (!isConnected) return hasEverConnected ? "lost" : "unreachable";
  return current === "none" ? "none" : "back";
}

/** Whether calls reach the host now. */
export function useIsConnected(): boolean {
  const { isWebSocketConnected } = useConvexConnectionState();
  const { online } = useNetwork();
  return isWebSocketConnected && online;
}

/** Whether calls reach the host now, and what to say of it. Call it below the session. */
export function useConnection(): { isConnected: boolean; isSending: boolean; notice: Notice } {
  const { hasEverConnected, hasInflightRequests } = useConvexConnectionState();
  const isConnected = useIsConnected();
  const [notice, setNotice] = useState<Notice>("none");
  useEffect(() => {
    const waitMs = isConnected ? 0 : hasEverConnected ? LOST_AFTER_MS : UNREACHABLE_AFTER_MS;
    const timer = setTimeout(
      () => setNotice((current) => nextNotice(current, { isConnected, hasEverConnected })),
      waitMs,
    );
    return () => clearTimeout(timer);
  }, [isConnected, hasEverConnected]);
  useEffect(() => {
    if (notice !== "back") return;
    const timer = setTimeout(() => setNotice("none"), BACK_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return { isConnected, isSending: hasInflightRequests, notice };
}
