import { createContext, use } from "react";

export type LocalUser = { subject: string; name: string; role: string };
export type SessionState = { user: LocalUser | null; signOut: () => void };

export const SessionContext = createContext<SessionState>({ user: null, signOut: () => {} });

/** Who is signed in, and how they leave. */
export const useSession = (): SessionState => use(SessionContext);
