import type { Page } from "../validators/page.js";
import { isSameFields, keepSame, keepSameItems } from "./keepSame.js";

/** How a list tells its items apart, and in which order it gives them: positive where `left` stands after `right`. */
export type ListOrder<Item> = {
  idOf: (item: Item) => string;
  compare: (left: Item, right: Item) => number;
};

/** Pages of a live list, one behind the other: each begins at the cursor that the one before it ended with. */
export type PagedState<Item> = {
  /** The cursors of the pages that are to be watched, the newest first. */
  cursors: readonly (string | null)[];
  /** Every page that is wanted is there, or the list has ended. */
  isSettled: boolean;
  canLoadMore: boolean;
  /** The first page was there once. */
  isKnown: boolean;
  items: readonly Item[];
};

/** A list of which nothing is known. */
export const noPages = <Item>(): PagedState<Item> => ({
  cursors: [null],
  isSettled: false,
  canLoadMore: false,
  isKnown: false,
  items: [],
});

/** What is there of a page, by the cursor that it was asked for with. */
export type Answers<Item> = (cursor: string | null) => Page<Item> | undefined;

/**
 * The list by what its pages say now. Where an item has moved into a page, its end moves as well, and the page behind
 * it is to be asked for from there: until that is there, what is known of it stays, so that nothing goes and comes.
 */
export function reducePages<Item>(
  before: PagedState<Item>,
  { wanted, answers, order }: { wanted: number; answers: Answers<Item>; order: ListOrder<Item> },
): PagedState<Item> {
  const { cursors, answered, end } = chain(wanted, answers);
  if (answered.length === 0) return sameOr(before, { ...before, cursors, isSettled: false });
  const isSettled = end === null || answered.length === wanted;
  const fresh = withoutRepeats(answered.flat(), order);
  const listed = isSettled ? fresh : [...fresh, ...knownAfter(before.items, fresh, order)];
  const items = keepSameItems(before.items, listed, order.idOf);
  return sameOr(before, { cursors, isSettled, canLoadMore: end !== null, isKnown: true, items });
}

/** The pages from the first on, as far as they join: each is asked for with the cursor of the one before. */
function chain<Item>(wanted: number, answers: Answers<Item>) {
  const cursors: (string | null)[] = [];
  const answered: Item[][] = [];
  let end: string | null = null;
  while (cursors.length < wanted) {
    cursors.push(end);
    const answer = answers(end);
    if (answer === undefined) break;
    answered.push(answer.page);
    end = answer.cursor;
    if (end === null) break;
  }
  return { cursors, answered, end };
}

function withoutRepeats<Item>(items: readonly Item[], { idOf }: ListOrder<Item>): Item[] {
  const seen = new Map<string, Item>();
  for (const item of items) if (!seen.has(idOf(item))) seen.set(idOf(item), item);
  return [...seen.values()];
}

/**
 * What was shown behind the pages that are there: what has left them for the page that is not there yet. Nothing where
 * none of what was shown is in them, as when somebody else has signed in.
 */
function knownAfter<Item>(before: readonly Item[], fresh: readonly Item[], order: ListOrder<Item>): Item[] {
  const last = fresh.at(-1);
  const isFresh = new Set(fresh.map((item) => order.idOf(item)));
  const left = before.filter((item) => !isFresh.has(order.idOf(item)));
  if (left.length === before.length) return [];
  return left.filter((item) => last === undefined || order.compare(item, last) >= 0);
}

function sameOr<Item>(before: PagedState<Item>, after: PagedState<Item>): PagedState<Item> {
  const next = { ...after, cursors: keepSame(before.cursors, after.cursors) };
  return isSameFields(before, next) ? before : next;
}
