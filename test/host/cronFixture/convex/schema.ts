import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({ ticks: defineTable({ name: v.string(), at: v.number() }) });
