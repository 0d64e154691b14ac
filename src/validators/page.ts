import { v, type ObjectType, type Validator } from "convex/values";

/** `limit` is clamped to the door's maximum. */
export const vPageRequest = { cursor: v.union(v.string(), v.null()), limit: v.optional(v.number()) };
/** What to fetch next: `null` starts, a page's cursor goes on; 20 a page unless told, 200 at most. */
export type PageRequest = ObjectType<typeof vPageRequest>;

/** One page of a list; `cursor` is `null` when nothing follows. */
export type Page<Item> = { page: Item[]; cursor: string | null };

/** As validator. */
export function vPage<T extends Validator<unknown, "required", string>>(item: T) {
  return v.object({ page: v.array(item), cursor: v.union(v.string(), v.null()) });
}
