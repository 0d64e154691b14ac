import { ConvexClient } from "convex/browser";
import { setTimeout as pause } from "node:timers/promises";
import { signIn } from "../../host/signIn.js";
import type { Screen } from "./screen.js";

/** Who runs the demo, connected as any browser would be. */
export type Session = { client: ConvexClient; screen: Screen };

/** Who runs the demo, and somebody whose budget stops them. */
export const SUBJECTS = { user: "demo-user", spender: "demo-spender" };
export type Role = keyof typeof SUBJECTS;

/** How long to wait before a host that does not answer is asked again: a new one is there within a second or two. */
const ASK_AGAIN_MS = 200;

/** The genuine client, signed in by the host's own issuer. It reconnects by itself when the host comes back. */
export function connect(url: string, screen: Screen, role: Role = "user"): Session {
  const client = new ConvexClient(url, { logger: false, unsavedChangesWarning: false });
  client.setAuth(() => tokenFor(client, url, SUBJECTS[role]));
  return { client, screen };
}

/** A token once a host gives one; none for a closed client. A client lets a rejection end its process. */
async function tokenFor(client: ConvexClient, url: string, subject: string): Promise<string | null> {
  while (!client.closed) {
    try {
      return await signIn(url, subject);
    } catch (error) {
      if (client.closed) break;
      if (!(error instanceof TypeError)) throw error; // an answer, and not what fetch throws without one
      await pause(ASK_AGAIN_MS);
    }
  }
  return null;
}
