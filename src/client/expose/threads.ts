import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import {
  vThread,
  vThreadHit,
  vThreadStatus,
  type Thread,
  type ThreadHit,
  type ThreadStatus,
} from "../../validators/thread.js";
import { change, mutation, query, type DoorsOf } from "./door.js";
import { vOptionalNumber, vOptionalText, vText } from "./shapes.js";

// Written out in each line: Convex reads a function's types off the name `RegisteredQuery`, and an alias hides it.

export type ExposedThreads = {
  /** The caller's threads, newest activity first. */
  listThreads: RegisteredQuery<"public", { status?: ThreadStatus } & PageRequest, Promise<Page<Thread>>>;
  /** A thread that the caller may read, with its counts and the words of its last message. */
  getThread: RegisteredQuery<"public", { threadId: string }, Promise<Thread>>;
  /** The caller's threads whose title, or what was said in them, fits some words: best first, 20 unless told. */
  searchThreads: RegisteredQuery<"public", { query: string; limit?: number }, Promise<ThreadHit[]>>;
  createThread: RegisteredMutation<
    "public",
    { title?: string; operationId?: string },
    Promise<{ threadId: string }>
  >;
  /** For the thread's owners. An empty `title` takes it away; `metadata` is JSON text. */
  updateThread: RegisteredMutation<
    "public",
    { threadId: string; title?: string; status?: ThreadStatus; metadata?: string },
    Promise<null>
  >;
  /** For the thread's owners. It is closed to everyone at once. */
  removeThread: RegisteredMutation<"public", { threadId: string }, Promise<null>>;
};

const vOne = { threadId: vText };

export const threadDoors: DoorsOf<ExposedThreads> = {
  listThreads: query(
    { status: v.optional(vThreadStatus), ...vPageRequest },
    vPage(vThread),
    ({ memory, ctx }, args) => memory.threads.list(ctx, args),
  ),
  getThread: query(vOne, vThread, ({ memory, ctx }, args) => memory.threads.get(ctx, args)),
  searchThreads: query(
    { query: vText, limit: vOptionalNumber },
    v.array(vThreadHit),
    ({ memory, ctx }, args) => memory.threads.search(ctx, args),
  ),
  createThread: mutation(
    { title: vOptionalText, operationId: vOptionalText },
    v.object(vOne),
    ({ memory, ctx }, args) => memory.threads.create(ctx, args),
  ),
  updateThread: change(
    { ...vOne, title: vOptionalText, status: v.optional(vThreadStatus), metadata: vOptionalText },
    ({ memory, ctx }, args) => memory.threads.update(ctx, args),
  ),
  removeThread: change(vOne, ({ memory, ctx }, args) => memory.threads.remove(ctx, args)),
};
