import { useUsage } from "convex-agent-memory/react";
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../api.js";
import type { Span, UsageView } from "./usageView.js";

/** What the ledger answers to a view, live: of the viewer themselves, or of their tenant where an admin asks. */
export function useAnswers({ whose, by, every }: UsageView, span: Span) {
  const isTenant = whose === "tenant";
  const ofMine = useUsage(api.spending, isTenant || by === "user" ? "skip" : { ...span, by, every });
  const summaryOfAll = useQuery(api.costs.summaryOf, isTenant ? { ...span, by } : "skip");
  const seriesOfAll = useQuery(api.costs.seriesOf, isTenant ? { ...span, by, every } : "skip");
  const summary = isTenant ? summaryOfAll : ofMine.summary;
  const series = isTenant ? seriesOfAll : ofMine.series;
  const isLoading = summary === undefined || series === undefined;
  const answered = useLast(isLoading ? undefined : { summary, series, whose, by, every });
  return { answered, isLoading };
}

/** The models of a span whose calls have no known cost; nothing is asked while there are none. */
export function useUnpricedModels({ whose }: UsageView, span: Span, hasAny: boolean) {
  const question = { ...span, by: "model" } as const;
  const mine = useUsage(api.spending, hasAny && whose === "mine" ? question : "skip").summary;
  const all = useQuery(api.costs.summaryOf, hasAny && whose === "tenant" ? question : "skip");
  const { groups = [] } = (whose === "tenant" ? all : mine) ?? {};
  return groups.filter(({ unpricedCalls }) => unpricedCalls > 0);
}

/** The last answer, while the next one is on its way: nothing jumps when another view is chosen. */
function useLast<Value extends object>(value: Value | undefined): Value | undefined {
  const [last, setLast] = useState(value);
  const key = JSON.stringify(value);
  const [lastKey, setLastKey] = useState(key);
  if (value !== undefined && key !== lastKey) {
    setLast(value);
    setLastKey(key);
  }
  return value ?? last;
}
