import { v } from "convex/values";
import { vFile, vFileAcceptance } from "../validators/file.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { action, mutation, query } from "./_generated/server.js";
import * as files from "./model/files.js";

export const createUploadUrl = mutation({
  args: { caller: vCaller },
  returns: v.string(),
  handler: (ctx) => files.createUploadUrl(ctx),
});

export const register = mutation({
  args: {
    caller: vCaller,
    storageId: v.string(),
    name: v.optional(v.string()),
    mediaType: v.optional(v.string()),
    accept: v.optional(vFileAcceptance),
  },
  returns: v.object({ fileId: v.string(), deduplicated: v.boolean() }),
  handler: (ctx, args) => files.register(ctx, args),
});

export const store = action({
  args: {
    caller: vCaller,
    bytes: v.bytes(),
    name: v.optional(v.string()),
    mediaType: v.string(),
  },
  returns: v.object({ fileId: v.string(), deduplicated: v.boolean() }),
  handler: (ctx, args) => files.store(ctx, args),
});

export const get = query({
  args: { caller: vCaller, fileId: v.string(), messageId: v.optional(v.string()) },
  returns: vFile,
  handler: (ctx, args) => files.get(ctx, args),
});

export const list = query({
  args: { caller: vCaller, ...vPageRequest },
  returns: vPage(vFile),
  handler: (ctx, args) => files.list(ctx, args),
});

export const remove = mutation({
  args: { caller: vCaller, fileId: v.string() },
  returns: v.null(),
  handler: (ctx, args) => files.remove(ctx, args),
});
