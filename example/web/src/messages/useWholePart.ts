import { useConvex } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "../api.js";
import type { WholePart } from "./parts.js";

type Read = { of: string; text: string };

/**
 * The whole text of a part of which only the start came with its message; until it is read, and where it is gone, that
 * start. Nothing is read while `whole` is null.
 */
export function useWholePart(start: string, whole: WholePart | null): { text: string; isWhole: boolean } {
  const convex = useConvex();
  const [read, setRead] = useState<Read | null>(null);
  const { messageId, part } = whole ?? {};
  const of = `${messageId} ${part}`;
  useEffect(() => {
    if (messageId === undefined || part === undefined) return;
    let isWanted = true;
    const readAll = async (): Promise<void> => {
      let text = "";
      for (let cursor: number | null = 0; cursor !== null && isWanted;) {
        const piece: { text: string; cursor: number | null } = await convex.query(api.chat.readMessage, {
          messageId,
          part,
          cursor,
        });
        text += piece.text;
        cursor = piece.cursor;
      }
      if (isWanted) setRead({ of: `${messageId} ${part}`, text });
    };
    // A message that is gone meanwhile leaves the list by itself.
    readAll().catch(() => undefined);
    return () => {
      isWanted = false;
    };
  }, [convex, messageId, part]);
  if (whole === null) return { text: start, isWhole: true };
  return read?.of === of ? { text: read.text, isWhole: true } : { text: start, isWhole: false };
}
