import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { tokenFor } from "./localIssuer.js";
import { LocalSignIn } from "./LocalSignIn.js";
import { SignedIn } from "./SignedIn.js";
import { readStoredUser, storeUser } from "./storedUser.js";
import { SessionContext, useSession, type SessionUser } from "./useSession.js";

/** Signs in one of the local host's users. */
export function LocalSession({ children }: { children: ReactNode }) {
  const [user, setUser] = useState(readStoredUser);
  const navigate = useNavigate();
  const choose = useCallback((chosen: SessionUser | null) => {
    storeUser(chosen);
    setUser(chosen);
  }, []);
  const session = useMemo(() => {
    if (user === null) return null;
    const signOut = () => {
      choose(null);
      // What was open belongs to who leaves.
      void navigate("/");
    };
    return { user, signOut };
  }, [user, choose, navigate]);
  if (session === null) return <LocalSignIn onSignIn={choose} />;
  return (
    <SessionContext value={session}>
      <SignedIn useAuth={useLocalAuth}>{children}</SignedIn>
    </SessionContext>
  );
}

function useLocalAuth() {
  const { subject } = useSession().user;
  const fetchAccessToken = useCallback(
    () => tokenFor(subject, () => readStoredUser()?.subject === subject),
    [subject],
  );
  return useMemo(() => ({ isLoading: false, isAuthenticated: true, fetchAccessToken }), [fetchAccessToken]);
}
