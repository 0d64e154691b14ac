import { ConvexError } from "convex/values";

/** What is shown of an error: what happened, and what to do about it. */
export type ErrorText = { title: string; advice: string };

const TEXTS: Readonly<Record<string, ErrorText>> = {
  THREAD_NOT_FOUND: {
    title: "There is no such conversation",
    advice: "It was removed, or it is not yours. Choose another one.",
  },
  UNAUTHENTICATED: { title: "You are signed out", advice: "Sign in again to go on." },
  FORBIDDEN: { title: "You may not do this", advice: "Ask an admin of your tenant." },
  RATE_LIMITED: { title: "That was too fast", advice: "Wait a moment and try again." },
  BUDGET_EXCEEDED: {
    title: "The budget is spent",
    advice: "Wait until it resets, or ask an admin for more.",
  },
};

/** Words for an error that a function threw, or that anything else did. */
export function errorText(error: unknown): ErrorText {
  const { code, message } = dataOf(error);
  const known = code === undefined ? undefined : TEXTS[code];
  return known ?? { title: "Something went wrong", advice: message ?? "Try again in a moment." };
}

function dataOf(error: unknown): { code?: string; message?: string } {
  if (!(error instanceof ConvexError)) return {};
  const data: unknown = error.data;
  if (typeof data !== "object" || data === null) return {};
  const { code, message } = data as { code?: unknown; message?: unknown };
  return {
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
}
