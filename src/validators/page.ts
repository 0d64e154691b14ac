import { v, type Validator } from "convex/values";

/** What to fetch next: `null` starts; a page's `cursor` continues; `limit` is clamped to the door's maximum. */
export const vPageRequest = { cursor: v.union(v.string(), v.null()), limit: v.optional(v.number()) };

/** One page of a list; `cursor` is `null` when nothing follows. */
export function vPage<T extends Validator<unknown, "required", string>>(item: T) {
  return v.object({ page: v.array(item), cursor: v.union(v.string(), v.null()) });
}
