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

/** Which files are taken: up to so many bytes, and of these types (`image/png`, `image/*`). Absent: of any. */
export const vFileAcceptance = v.object({
  maxBytes: v.optional(v.number()),
  mediaTypes: v.optional(v.array(v.string())),
});
export type FileAcceptance = Infer<typeof vFileAcceptance>;
