import { createContext, use } from "react";

/** What the page shows of who is signed in; what they may do is decided by the functions alone. */
export type SessionUser = { subject: string; name: string; role: string };
export type SessionState = { user: SessionUser; signOut: () => void };

export const SessionContext = createContext<SessionState | null>(null);

/** Who is signed in, and how they leave. */
export function useSession(): SessionState {
  const session = use(SessionContext);
  if (session === null) throw new TypeError("useSession belongs inside of Session.");
  return session;
}
