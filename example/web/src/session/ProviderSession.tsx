import { Button } from "@mantine/core";
import { UserManager, type User } from "oidc-client-ts";
import { useMemo, useState, type ReactNode } from "react";
import { AuthProvider, useAuth } from "react-oidc-context";
import { useLocation, useNavigate } from "react-router";
import { LoadingState } from "../shell/states.js";
import { SignedIn } from "./SignedIn.js";
import { SignInFrame } from "./SignInFrame.js";
import { SessionContext, type SessionUser } from "./useSession.js";

/** Some providers give a refresh token only to who asks for `offline_access`: `VITE_OIDC_SCOPE` may say so. */
const SCOPE = import.meta.env.VITE_OIDC_SCOPE || "openid profile email";

type Provider = { authority: string; clientId: string };

function managerOf({ authority, clientId }: Provider): UserManager {
  return new UserManager({
    authority,
    client_id: clientId,
    redirect_uri: `${window.location.origin}/`,
    post_logout_redirect_uri: `${window.location.origin}/`,
    scope: SCOPE,
    // The Convex client asks for a new token before the old one ends.
    automaticSilentRenew: false,
  });
}

/** Signs in by an OpenID Connect provider. Its ID token is what the functions get: `auth.config.ts` names the same two. */
export default function ProviderSession({ children, ...provider }: Provider & { children: ReactNode }) {
  const [manager] = useState(() => managerOf(provider));
  const navigate = useNavigate();
  // Takes the provider's answer out of the address too.
  const goOn = (user: User | undefined) => void navigate(wantedPath(user), { replace: true });
  return (
    <AuthProvider userManager={manager} onSigninCallback={goOn}>
      <ProviderGate manager={manager}>{children}</ProviderGate>
    </AuthProvider>
  );
}

/** The path that was asked for before the provider was; a provider answers with no other page of its own. */
function wantedPath(user: User | undefined): string {
  const wanted = user?.state;
  return typeof wanted === "string" && wanted.startsWith("/") && !wanted.startsWith("//") ? wanted : "/";
}

function ProviderGate({ manager, children }: { manager: UserManager; children: ReactNode }) {
  const auth = useAuth();
  const { user, error, isLoading } = auth;
  const useProviderAuth = useMemo(() => authOf(manager), [manager]);
  const session = useMemo(
    () => (user ? { user: shownOf(user), signOut: () => void leave(manager) } : null),
    [user, manager],
  );
  const isReturning = new URLSearchParams(useLocation().search).has("state");
  if (isLoading || (session !== null && isReturning)) return <LoadingState />;
  if (session !== null)
    return (
      <SessionContext value={session}>
        <SignedIn useAuth={useProviderAuth}>{children}</SignedIn>
      </SessionContext>
    );
  const problem = error
    ? { title: "You could not be signed in", advice: `${error.message}. Try again.` }
    : null;
  const state = window.location.pathname + window.location.search;
  return (
    <SignInFrame problem={problem}>
      <Button size="md" onClick={() => void auth.signinRedirect({ state }).catch(() => undefined)}>
        Sign in
      </Button>
    </SignInFrame>
  );
}

/** One hook for as long as the page is open: another would make the Convex client sign in anew. */
function authOf(manager: UserManager) {
  const auth = {
    isLoading: false,
    isAuthenticated: true,
    fetchAccessToken: async ({ forceRefreshToken }: { forceRefreshToken: boolean }) => {
      const renewed = forceRefreshToken ? await manager.signinSilent().catch(() => null) : null;
      // Where the provider renews nothing without a person, the token at hand lasts until it ends.
      return (renewed ?? (await manager.getUser()))?.id_token ?? null;
    },
  };
  return () => auth;
}

function shownOf({ profile }: User): SessionUser {
  const { sub: subject, name, preferred_username: username, email, role } = profile;
  return {
    subject,
    name: name ?? username ?? email ?? subject,
    role: typeof role === "string" ? role : "member",
  };
}

/** Also at the provider, where it knows how: else the next sign-in would ask nobody. */
async function leave(manager: UserManager): Promise<void> {
  await manager.signoutRedirect().catch(() => undefined);
  await manager.removeUser();
}
