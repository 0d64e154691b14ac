import { v, type Infer } from "convex/values";

/** `uses` counts the messages that hold it; `url` is resolved per authorised request and not kept. */
export const vFile = v.object({
  fileId: v.string(),
  name: v.optional(v.string()),
  mediaType: v.string(),
  bytes: v.number(),
  hash: v.string(),
  uses: v.number(),
  url: v.union(v.string(), v.null()),
  createdAt: v.number(),
});
export type File = Infer<typeof vFile>;
