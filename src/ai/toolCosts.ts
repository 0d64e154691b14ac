import type { Spent } from "../client/index.js";
import { CALL_MAX_TOKENS, TOOL_MAX_COSTS, USAGE_MAX_COST_MICROS } from "../shared/ledgerLimits.js";
import { memoryError } from "../validators/errors.js";
import { atMost } from "./spent.js";

/** What a tool's own call of another service cost. */
export type ToolUsage = {
  /** Who is paid, such as "acme": costs are summed by it. */
  provider: string;
  /** What was called there: the tool's name unless told. */
  model?: string;
  /** In millionths of `currency`. Unless told, it comes from the ledger's prices, if they have this provider and model. */
  costMicros?: number;
  /** The ledger's unless told, as a code of ISO 4217. A cost in another is recorded as unknown. */
  currency?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** How long it took: since the tool began unless told. */
  ms?: number;
  /** The call failed after it had spent. */
  isFailed?: boolean;
  /** The service's own record, as text: up to 4 KiB are kept. */
  raw?: string;
};

/** What one run of a tool cost: gathered while it runs, to be saved with its result. */
export class ToolCosts {
  readonly #startedAt = Date.now();
  #spent: Spent[] = [];
  #isClosed = false;

  constructor(
    private readonly toolName: string,
    /** Given what comes when the result is on its way already. */
    private readonly late: (spent: Spent) => void,
  ) {}

  /** As `ToolContext.recordUsage`. */
  record = (usage: ToolUsage): void => {
    check(usage);
    this.#checkCurrency(usage);
    const { provider, model = this.toolName, inputTokens = 0, outputTokens = 0 } = usage;
    const { costMicros, currency, isFailed, raw } = usage;
    const { ms = Date.now() - this.#startedAt } = usage;
    const key = crypto.randomUUID();
    const spent: Spent = {
      ...{ key, provider, model, purpose: "tool", inputTokens, outputTokens, ms },
      ...(costMicros === undefined ? {} : { costMicros }),
      ...(currency === undefined ? {} : { currency }),
      ...(isFailed === undefined ? {} : { isFailed }),
      ...(raw === undefined ? {} : { raw }),
    };
    if (this.#isClosed) this.late(spent);
    else this.#spent.push(spent);
  };

  /** What was gathered; what comes from now on is late. Nothing where there was nothing. */
  close(): { used?: Spent[] } {
    this.#isClosed = true;
    return this.#spent.length === 0 ? {} : { used: atMost(this.#spent, TOOL_MAX_COSTS) };
  }

  /** One tool pays in one currency: of two, one cannot be the ledger's. */
  #checkCurrency({ currency }: ToolUsage): void {
    const known = this.#spent.find((spent) => spent.currency !== undefined)?.currency;
    if (currency === undefined || known === undefined || known === currency) return;
    throw memoryError("CURRENCY_MISMATCH", `This tool has told costs in ${known}, and now in ${currency}.`, {
      currency: known,
      given: currency,
    });
  }
}

/** The names that a row is found by: longer ones are somebody's text. */
const NAME_MAX_CHARACTERS = 128;

function check({ provider, model, currency, raw, ...counts }: ToolUsage): void {
  const names = { provider, ...(model === undefined ? {} : { model }) };
  for (const [name, value] of Object.entries(names))
    if (typeof value !== "string" || value === "" || value.length > NAME_MAX_CHARACTERS)
      throw refused(name, `must be a text of 1 to ${NAME_MAX_CHARACTERS} characters`);
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency))
    throw refused("currency", 'must be a code of three capitals, like "USD"');
  if (raw !== undefined && typeof raw !== "string") throw refused("raw", "must be a text");
  const { isFailed, costMicros, ...rest } = counts;
  checkFlag("isFailed", isFailed);
  checkCount("costMicros", costMicros, USAGE_MAX_COST_MICROS);
  for (const [name, value] of Object.entries(rest)) checkCount(name, value, CALL_MAX_TOKENS);
}

function checkFlag(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") throw refused(name, "must be true or false");
}

function checkCount(name: string, value: unknown, most: number): void {
  if (
    value === undefined ||
    (typeof value === "number" && value >= 0 && value <= most && isWhole(name, value))
  )
    return;
  throw refused(name, `must be a whole number from 0 to ${most}`);
}

/** Time may be measured finer. */
const isWhole = (name: string, value: number): boolean => name === "ms" || Number.isInteger(value);

const refused = (field: string, why: string) =>
  memoryError("INVALID_ARGUMENT", `A tool's usage was not recorded: \`${field}\` ${why}.`, { field });
