import { ConvexProviderWithAuth } from "convex/react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { convex } from "./client.js";
import { tokenFor } from "./localIssuer.js";
import { SignIn } from "./SignIn.js";
import { SessionContext, type LocalUser } from "./useSession.js";

/** Each tab has its own user, also after it is loaded again. */
const STORAGE_KEY = "user";

/** Signs in one of the local users; who is not signed in sees nothing else. */
export function Session({ children }: { children: ReactNode }) {
  const [user, setUser] = useState(storedUser);
  const choose = useCallback((chosen: LocalUser | null) => {
    if (chosen === null) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(chosen));
    setUser(chosen);
  }, []);
  const session = useMemo(() => ({ user, signOut: () => choose(null) }), [user, choose]);
  if (user === null) return <SignIn onSignIn={choose} />;
  return (
    <SessionContext value={session}>
      <ConvexProviderWithAuth client={convex} useAuth={useLocalAuth} key={user.subject}>
        {children}
      </ConvexProviderWithAuth>
    </SessionContext>
  );
}

function useLocalAuth() {
  const fetchAccessToken = useCallback(async () => {
    const user = storedUser();
    return user === null ? null : await tokenFor(user.subject);
  }, []);
  return useMemo(() => ({ isLoading: false, isAuthenticated: true, fetchAccessToken }), [fetchAccessToken]);
}

function storedUser(): LocalUser | null {
  const stored = sessionStorage.getItem(STORAGE_KEY);
  return stored === null ? null : (JSON.parse(stored) as LocalUser); // written by `choose`
}
