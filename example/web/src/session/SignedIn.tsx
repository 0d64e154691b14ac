import { Button } from "@mantine/core";
import { ConvexProviderWithAuth, useConvexAuth } from "convex/react";
import type { ComponentProps, ReactNode } from "react";
import { convex } from "./client.js";
import { SignInFrame } from "./SignInFrame.js";
import { useSession } from "./useSession.js";

type UseAuth = ComponentProps<typeof ConvexProviderWithAuth>["useAuth"];

/** The pages, with their calls made as the user whose tokens `useAuth` fetches. */
export function SignedIn({ useAuth, children }: { useAuth: UseAuth; children: ReactNode }) {
  return (
    <ConvexProviderWithAuth client={convex} useAuth={useAuth}>
      <UnlessRefused>{children}</UnlessRefused>
    </ConvexProviderWithAuth>
  );
}

/** Says it once where the functions do not take the user's token: every page would be told that nobody is signed in. */
function UnlessRefused({ children }: { children: ReactNode }) {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const { signOut } = useSession();
  if (isLoading || isAuthenticated) return children;
  return (
    <SignInFrame
      problem={{
        title: "You are not signed in any more",
        advice: "Your sign-in has ended, or the app does not take it. Sign in again to go on.",
      }}
    >
      <Button onClick={signOut}>Sign in again</Button>
    </SignInFrame>
  );
}
