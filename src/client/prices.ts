import type { ComponentApi } from "../component/_generated/component.js";
import { PRICE_LOAD_MAX_PERIODS } from "../shared/ledgerLimits.js";
import type {
  ModelPrices,
  NewPeriod,
  PricedModel,
  PriceEntry,
  PricePeriod,
  UnpricedModel,
} from "../validators/price.js";
import type { Caller } from "../validators/principal.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

type ListedModel = PricedModel & { periods: NewPeriod[] };

/**
 * What models cost, so that each event of the ledger has its cost. Prices are integers: millionths of the ledger's
 * currency for a million tokens, so $2.50 is 2_500_000. Only `memory.asSystem()` writes them; all callers read them.
 */
export class PricesClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Makes the prices of the listed models what the list says, in calls of at most 100 lines; models that it does not
   * list keep theirs. Of two lines for one model and moment the last counts, so your own stand behind a starter list's.
   * Other prices than before begin now, or at `from`, and end those that held; nothing that was recorded is priced
   * anew. Where the list says what a model will cost later, it replaces what was to come. Safe to retry: loading the
   * same list again writes nothing. `changed` counts models.
   *
   * The first price, budget or cost fixes the ledger's currency for good: `currency`, "USD" unless told. Throws
   * `CURRENCY_MISMATCH`, `PRICE_OVERLAP` (with both periods), `FORBIDDEN` and `INVALID_ARGUMENT`; calls before the one
   * that fails stay, unless a mutation makes them.
   *
   * @example await memory.asSystem().prices.load(ctx, { prices: [...starterPrices, ...negotiated] });
   */
  async load(
    ctx: MutationCtx,
    { currency, prices }: { currency?: string; prices: readonly PriceEntry[] },
  ): Promise<{ changed: number }> {
    let changed = 0;
    for (const models of pagesOf(modelsIn(prices))) {
      const page = { caller: this.caller, currency, models };
      changed += (await ctx.runMutation(this.component.prices.load, page)).changed;
    }
    return { changed };
  }

  /**
   * Sets what a model costs from `from` on, now unless it lies ahead (what was recorded is not priced anew), until
   * `to`, or without it until other prices begin. Ends prices that have no `to`; throws `PRICE_OVERLAP`, with both
   * periods, where it would overlap others. Gives the version that events name. Not safe to retry: it then sets the
   * same prices as another version. Throws `CURRENCY_MISMATCH`, `FORBIDDEN` and `INVALID_ARGUMENT`, too.
   *
   * @example
   * await memory.asSystem().prices.set(ctx, { provider: "acme", model: "chat-1", prices: { input: 150_000, output: 600_000 } });
   */
  async set(
    ctx: MutationCtx,
    { currency, provider, model, ...period }: PriceEntry & { currency?: string },
  ): Promise<{ version: number }> {
    const args = { caller: this.caller, currency, provider, model, period };
    return await ctx.runMutation(this.component.prices.set, args);
  }

  /**
   * Ends a model's prices from `from` on, now unless it lies ahead, and takes back those that would begin later: what
   * its calls cost is unknown then. Events keep their costs, and `find` their prices. Safe to retry: `removed` is
   * false when there was nothing to end. Throws `FORBIDDEN` and `INVALID_ARGUMENT`.
   */
  async remove(ctx: MutationCtx, args: PricedModel & { from?: number }): Promise<{ removed: boolean }> {
    return await ctx.runMutation(this.component.prices.remove, { caller: this.caller, ...args });
  }

  /**
   * Prices by provider and model, with the ledger's currency, in pages of at most 200 (20 unless named). A model has
   * its latest 16 periods, in order. Throws `INVALID_ARGUMENT` for a cursor of another list.
   */
  async list(
    ctx: QueryCtx,
    args: { provider?: string; cursor: string | null; limit?: number },
  ): Promise<{ page: ModelPrices[]; cursor: string | null; currency: string }> {
    return await ctx.runQuery(this.component.prices.list, args);
  }

  /**
   * The prices that an event's cost was made with, for ever: `version` is the event's `priceVersion`. Null for a
   * version that its model never had.
   *
   * @example const { provider, model, priceVersion: version } = event;
   */
  async find(ctx: QueryCtx, args: PricedModel & { version: number }): Promise<PricePeriod | null> {
    return await ctx.runQuery(this.component.prices.find, args);
  }

  /**
   * Which models had calls without a known cost, among the latest 500 events: what to set a price for. Providers are
   * named as events name them. Throws `FORBIDDEN` for everyone but `memory.asSystem()`.
   */
  async listUnpriced(ctx: QueryCtx): Promise<UnpricedModel[]> {
    return await ctx.runQuery(this.component.prices.listUnpriced, { caller: this.caller });
  }
}

/** The list by model, in its order: what it says of one model is written at once. */
function modelsIn(prices: readonly PriceEntry[]): ListedModel[] {
  const models = new Map<string, ListedModel>();
  for (const { provider, model, ...period } of prices) {
    const key = JSON.stringify([provider, model]);
    const listed = models.get(key) ?? { provider, model, periods: [] };
    listed.periods.push(period);
    models.set(key, listed);
  }
  return [...models.values()];
}

/** Models in groups that one call takes. */
function pagesOf(models: ListedModel[]): ListedModel[][] {
  const pages: ListedModel[][] = [[]];
  let lines = 0;
  for (const model of models) {
    lines += model.periods.length;
    if (lines > PRICE_LOAD_MAX_PERIODS && pages.at(-1)?.length !== 0) {
      pages.push([]);
      lines = model.periods.length;
    }
    pages.at(-1)?.push(model);
  }
  return pages;
}
