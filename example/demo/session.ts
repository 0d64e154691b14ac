import { ConvexClient } from "convex/browser";
import { signIn } from "../../host/signIn.js";
import type { Screen } from "./screen.js";

/** Who runs the demo, connected as any browser would be. */
export type Session = { client: ConvexClient; screen: Screen };

/** Who runs the demo, and somebody whose budget stops them. */
export const SUBJECTS = { user: "demo-user", spender: "demo-spender" };
export type Role = keyof typeof SUBJECTS;

/** The genuine client, signed in by the host's own issuer. It reconnects by itself when the host comes back. */
export function connect(url: string, screen: Screen, role: Role = "user"): Session {
  const client = new ConvexClient(url, { logger: false, unsavedChangesWarning: false });
  client.setAuth(() => signIn(url, SUBJECTS[role]));
  return { client, screen };
}
