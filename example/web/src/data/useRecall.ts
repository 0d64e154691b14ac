import { useAction } from "convex/react";
import type { FunctionArgs, FunctionReturnType } from "convex/server";
import { useRef, useState } from "react";
import { api } from "../api.js";

export type RecallAsk = FunctionArgs<typeof api.search.recall>;
export type RecallAnswer = FunctionReturnType<typeof api.search.recall>;
export type RecallHit = RecallAnswer["hits"][number];

/** What was asked of memory, and what came back. `ms` is how long the page waited. */
export type Recalled =
  | { kind: "idle" }
  | { kind: "asking"; ask: RecallAsk }
  | { kind: "answered"; ask: RecallAsk; answer: RecallAnswer; ms: number }
  | { kind: "failed"; ask: RecallAsk; error: unknown };

/** Asks memory; an answer that comes after a newer question is dropped. */
export function useRecall(): { recalled: Recalled; recall: (ask: RecallAsk) => void; clear: () => void } {
  const action = useAction(api.search.recall);
  const [recalled, setRecalled] = useState<Recalled>({ kind: "idle" });
  const latest = useRef(0);
  const recall = (ask: RecallAsk): void => {
    const number = ++latest.current;
    const askedAt = performance.now();
    const settle = (next: Recalled) => {
      if (number === latest.current) setRecalled(next);
    };
    setRecalled({ kind: "asking", ask });
    action(ask).then(
      (answer) => settle({ kind: "answered", ask, answer, ms: performance.now() - askedAt }),
      (error: unknown) => settle({ kind: "failed", ask, error }),
    );
  };
  const clear = (): void => {
    latest.current += 1;
    setRecalled({ kind: "idle" });
  };
  return { recalled, recall, clear };
}
