// What the ledger costs: in a turn, with prices and with a budget, and when a month of it is added up.
import type { Span } from "../../host/index.js";
import { spansOf, withHost } from "../benchHost.js";
import { countSpans, type Counts } from "../counts.js";
import { makePrompt } from "../material/turn.js";
import { createThread, ours, threadArgs, USER_ID } from "../sides.js";
import { measureMonth, type MonthCounts } from "./ledgerMonth.js";

export type LedgerCounts = MonthCounts & {
  /** Documents that the ledger writes for a call of the model, while a fold is armed. */
  documentsWritten: number;
  /** Calls into the component that a turn makes for the ledger. */
  componentCalls: number;
  /** A turn with an unknown cost, with a known one, and of a run that draws on a budget and returns. */
  turns: Record<"plain" | "priced" | "budgeted", Counts>;
};

const LEDGER_TABLES = [
  ...["usageEvents", "usageRollups", "usageMarks", "usageFolds"],
  ...["ledgerSettings", "prices", "pastPrices", "budgets", "slabs"],
];
const LEDGER_DOORS = /^(usage|prices|budgets):|^turns:record$/;
const MODEL_STEP = "turns:saveStep";

/** Calls of a month. */
const EVENTS = 10_000;

export async function measureLedger(events = EVENTS): Promise<LedgerCounts> {
  const plain = await measureTurnOf({ action: "turn" });
  const priced = await measureTurnOf({ action: "turn", hasPrices: true });
  const budgeted = await measureTurnOf({ action: "budgetedTurn", hasPrices: true });
  const turns = { plain: plain.counts, priced: priced.counts, budgeted: budgeted.counts };
  return {
    documentsWritten: plain.ledgerWrites / plain.modelCalls,
    componentCalls: plain.ledgerCalls,
    ...(await measureMonth(events)),
    turns,
  };
}

type Turn = { action: "turn" | "budgetedTurn"; hasPrices?: boolean };
type TurnCost = { counts: Counts; ledgerWrites: number; ledgerCalls: number; modelCalls: number };

/** The second turn: the first has armed a fold, and kept what the agent is. */
function measureTurnOf({ action, hasPrices = false }: Turn): Promise<TurnCost> {
  return withHost(async (host) => {
    if (hasPrices) await host.call("mutation", "ours:loadPrices");
    if (action === "budgetedTurn") await host.call("mutation", "ours:setBudget", { userId: USER_ID });
    const play = async (prompt: number, threadId: string) =>
      await host.call("action", `ours:${action}`, {
        ...threadArgs(ours, threadId),
        prompt: makePrompt(prompt),
      });
    await play(1, await createThread(host, ours));
    const threadId = await createThread(host, ours);
    const spans = await spansOf(host, () => play(0, threadId));
    return { counts: countSpans(spans, ours.component), ...ledgerShare(spans) };
  });
}

function ledgerShare(spans: readonly Span[]): Omit<TurnCost, "counts"> {
  const own = spans.filter(({ componentPath }) => componentPath === ours.component);
  const writes = own.flatMap((span) => span.writes);
  return {
    ledgerWrites: writes.filter(({ table }) => LEDGER_TABLES.includes(table)).length,
    ledgerCalls: own.filter(({ functionPath }) => LEDGER_DOORS.test(functionPath)).length,
    modelCalls: own.filter(({ functionPath }) => functionPath === MODEL_STEP).length,
  };
}
