import type { SessionUser } from "./useSession.js";

// Each tab has its own user, also after it is loaded again.
const STORAGE_KEY = "session.user";

/** Who was signed in when this tab was last loaded. */
export function readStoredUser(): SessionUser | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null");
    return isUser(stored) ? stored : null;
  } catch {
    return null; // edited by hand, or a browser that keeps nothing
  }
}

/** Keeps who is signed in, or that nobody is. */
export function storeUser(user: SessionUser | null): void {
  try {
    if (user === null) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(user));
  } catch {
    // A browser that keeps nothing asks again at the next load.
  }
}

function isUser(value: unknown): value is SessionUser {
  return (
    typeof value === "object" &&
    value !== null &&
    ["subject", "name", "role"].every(
      (field) => typeof (value as Record<string, unknown>)[field] === "string",
    )
  );
}
