import { validate } from "convex-helpers/validators";
import { checkName, checkTime } from "../../shared/checkedArguments.js";
import { PRICE_LOAD_MAX_PERIODS, PRICE_MAX_NAMES, PRICE_MAX_PERIODS } from "../../shared/ledgerLimits.js";
import {
  isUnchanged,
  overflowOf,
  withList,
  withoutPrices,
  withPeriod,
  type PricesChanged,
  type PricesKnown,
} from "../../shared/pricePeriods.js";
import { billedProvider } from "../../shared/usageCost.js";
import { memoryError } from "../../validators/errors.js";
import { vNewPeriod, type NewPeriod, type PricedModel } from "../../validators/price.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { checkCurrency } from "./currency.js";
import { checkSystem } from "./embeddingSlots.js";
import { prepareFold } from "./foldArming.js";

type Writing = { caller: Caller; currency?: string };
type ListedModel = PricedModel & { periods: NewPeriod[] };

/** Sets a period of a model's prices. */
export async function set(
  ctx: MutationCtx,
  { provider, model, period, ...writing }: Writing & PricedModel & { period: NewPeriod },
): Promise<{ version: number }> {
  checkSystem(writing.caller);
  checkModel({ provider, model });
  checkPeriod(period);
  await checkCurrency(ctx, writing.currency);
  await prepareFold(ctx);
  const version = await lastVersion(ctx);
  let set = version;
  const written = await write(ctx, { provider, model, version }, (known, now) => {
    const made = withPeriod(known, period, now);
    ({ set } = made);
    return made;
  });
  if (written.isChanged) await keepVersion(ctx, written.version);
  return { version: set };
}

/** Makes the prices of models what a list says. Repeating it writes nothing. */
export async function load(
  ctx: MutationCtx,
  { models, ...writing }: Writing & { models: ListedModel[] },
): Promise<{ changed: number }> {
  checkSystem(writing.caller);
  const lines = models.reduce((sum, { periods }) => sum + periods.length, 0);
  if (lines > PRICE_LOAD_MAX_PERIODS)
    throw memoryError("INVALID_ARGUMENT", `One call takes ${PRICE_LOAD_MAX_PERIODS} lines: load in pages.`, {
      lines,
    });
  for (const { periods, ...model } of models) {
    checkModel(model);
    periods.forEach(checkPeriod);
  }
  await checkCurrency(ctx, writing.currency);
  await prepareFold(ctx);
  let version = await lastVersion(ctx);
  let changed = 0;
  for (const { periods, ...model } of models) {
    const written = await write(ctx, { ...model, version }, (known, now) => withList(known, periods, now));
    ({ version } = written);
    if (written.isChanged) changed += 1;
  }
  if (changed > 0) await keepVersion(ctx, version);
  return { changed };
}

/** Ends a model's prices. Events keep what they cost, and their prices can still be found. */
export async function remove(
  ctx: MutationCtx,
  { caller, from, ...model }: Pick<Writing, "caller"> & PricedModel & { from?: number },
): Promise<{ removed: boolean }> {
  checkSystem(caller);
  checkTime("from", from);
  const version = await lastVersion(ctx);
  const { isChanged } = await write(ctx, { ...model, version }, (known, now) =>
    withoutPrices(known, from, now),
  );
  return { removed: isChanged };
}

type Change = (known: PricesKnown, now: number) => PricesChanged;

/** Versions count up through the whole ledger: none is ever given twice. */
const lastVersion = async (ctx: MutationCtx): Promise<number> =>
  (await ctx.db.query("ledgerSettings").first())?.priceVersion ?? 0;

async function keepVersion(ctx: MutationCtx, priceVersion: number): Promise<void> {
  const settings = await ctx.db.query("ledgerSettings").first();
  if (settings !== null) await ctx.db.patch("ledgerSettings", settings._id, { priceVersion });
}

/** Changes the row of a model's prices; `version` is the last that was given. */
async function write(
  ctx: MutationCtx,
  { provider, model, version }: PricedModel & { version: number },
  change: Change,
): Promise<{ isChanged: boolean; version: number }> {
  const row = await rowOf(ctx, { provider, model });
  const known = { periods: row?.periods ?? [], version };
  const made = change(known, Date.now());
  if (isUnchanged(known, made)) return { isChanged: false, version };
  const over = overflowOf(made.periods, PRICE_MAX_PERIODS, Date.now());
  const periods = made.periods.filter((period) => !over.includes(period));
  if (periods.length > PRICE_MAX_PERIODS)
    throw memoryError("INVALID_ARGUMENT", `A model has ${PRICE_MAX_PERIODS} periods at most.`, {
      provider,
      model,
    });
  for (const period of [...made.replaced, ...over])
    await ctx.db.insert("pastPrices", { provider, model, ...period });
  await save(ctx, row, { provider, model, periods });
  return { isChanged: true, version: made.version };
}

async function save(
  ctx: MutationCtx,
  row: Doc<"prices"> | null,
  { provider, model, periods }: PricedModel & Pick<Doc<"prices">, "periods">,
): Promise<void> {
  if (row === null) {
    await checkNames(ctx, { provider, model });
    await ctx.db.insert("prices", { provider, model, periods });
  } else if (periods.length === 0) await ctx.db.delete("prices", row._id);
  else await ctx.db.patch("prices", row._id, { periods });
}

const rowOf = (ctx: MutationCtx, { provider, model }: PricedModel): Promise<Doc<"prices"> | null> =>
  ctx.db
    .query("prices")
    .withIndex("by_model", (q) => q.eq("model", model).eq("provider", provider))
    .unique();

/** A step reads all names of a provider that price its model: they must be few. */
async function checkNames(ctx: MutationCtx, { provider, model }: PricedModel): Promise<void> {
  const name = billedProvider(provider);
  const names = await ctx.db
    .query("prices")
    .withIndex("by_model", (q) =>
      // "/" is what follows "." in the order of texts: all names that begin with this one.
      q.eq("model", model).gte("provider", name).lt("provider", `${name}/`),
    )
    .take(PRICE_MAX_NAMES);
  if (names.length === PRICE_MAX_NAMES)
    throw memoryError(
      "INVALID_ARGUMENT",
      `A model is priced under ${PRICE_MAX_NAMES} names of a provider at most: remove one.`,
      { provider, model },
    );
}

function checkModel({ provider, model }: PricedModel): void {
  checkName("provider", provider);
  checkName("model", model);
}

/** Refuses what is no period: rates are integers from 0, times are moments. */
function checkPeriod(period: NewPeriod): void {
  if (!validate(vNewPeriod, period))
    throw memoryError("INVALID_ARGUMENT", "A price is none: it has `prices` of tokens, `from` and `to`.");
  checkTime("from", period.from);
  checkTime("to", period.to);
  for (const [kind, rate] of Object.entries(period.prices)) {
    if (Number.isSafeInteger(rate) && rate >= 0) continue;
    throw memoryError(
      "INVALID_ARGUMENT",
      `\`prices.${kind}\` must be an integer from 0: millionths of the currency for a million tokens.`,
      { kind, rate: String(rate) },
    );
  }
}
