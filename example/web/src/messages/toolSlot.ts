import { createContext, type ReactNode } from "react";
import type { ToolPart } from "./parts.js";

/** What a page shows beneath a call that waits for a person; null where nobody is asked. */
export type ToolSlot = (part: ToolPart, runId: string | undefined) => ReactNode;

export const ToolSlotContext = createContext<ToolSlot | null>(null);
