import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { LoadingState } from "../shell/states.js";
import { listUsers } from "./localIssuer.js";
import { SignInFrame } from "./SignInFrame.js";
import type { SessionUser } from "./useSession.js";

const UNREACHABLE = {
  title: "The host cannot be reached",
  advice: "Start it with npm run dev, then try again.",
};

type Users = { kind: "loading" } | { kind: "unreachable" } | { kind: "known"; users: SessionUser[] };

/** The choice of a local user. */
export function LocalSignIn({ onSignIn }: { onSignIn: (user: SessionUser) => void }) {
  const [known, setKnown] = useState<Users>({ kind: "loading" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isOpen = true;
    const tell = (next: Users) => {
      if (isOpen) setKnown(next);
    };
    listUsers().then(
      (users) => tell({ kind: "known", users }),
      () => tell({ kind: "unreachable" }),
    );
    return () => {
      isOpen = false;
    };
  }, [tries]);
  return (
    <SignInFrame problem={known.kind === "unreachable" ? UNREACHABLE : null}>
      {known.kind === "loading" && <LoadingState />}
      {known.kind === "unreachable" && (
        <Button variant="default" onClick={() => setTries(tries + 1)}>
          Try again
        </Button>
      )}
      {known.kind === "known" &&
        known.users.map((user) => (
          <Button key={user.subject} size="md" variant="light" onClick={() => onSignIn(user)}>
            Sign in as {user.name}
            {user.role === "admin" ? ", an admin" : ""}
          </Button>
        ))}
    </SignInFrame>
  );
}
