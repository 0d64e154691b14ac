import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useSession } from "../session/useSession.js";
import { EmptyState } from "./states.js";

/** In the place of a page, for who is not, or no longer, signed in. */
export function SignedOut() {
  const { signOut } = useSession();
  return (
    <EmptyState icon={IconLock} title="You are signed out" order={1}>
      <p>Your sign-in has ended, or the host does not accept it.</p>
      <Button onClick={signOut}>Sign in again</Button>
    </EmptyState>
  );
}
