import { lazy, Suspense, type ReactNode } from "react";
import { LoadingState } from "../shell/states.js";
import { deployment } from "./client.js";
import { LocalSession } from "./LocalSession.js";
import { SignInFrame } from "./SignInFrame.js";

/** Comes only where a provider is named. */
const ProviderSession = lazy(() => import("./ProviderSession.js"));
const { VITE_OIDC_AUTHORITY: authority, VITE_OIDC_CLIENT_ID: clientId } = import.meta.env;

/**
 * Signs people in; who is not signed in sees nothing else. With `VITE_OIDC_AUTHORITY` and `VITE_OIDC_CLIENT_ID` that is
 * up to an OpenID Connect provider, without them to the local host, which knows two demo users.
 */
export function Session({ children }: { children: ReactNode }) {
  if (authority && clientId)
    return (
      <Suspense fallback={<LoadingState />}>
        <ProviderSession authority={authority} clientId={clientId}>
          {children}
        </ProviderSession>
      </Suspense>
    );
  if (deployment === null) return <LocalSession>{children}</LocalSession>;
  return (
    <SignInFrame
      problem={{
        title: "Nobody can sign in yet",
        advice:
          "A deployment takes users of your identity provider. Name it with VITE_OIDC_AUTHORITY and " +
          "VITE_OIDC_CLIENT_ID in .env.local, then start again.",
      }}
    />
  );
}
