import { ConvexClient } from "convex/browser";
import { makeToken } from "../../host/identity.js";
import type { Screen } from "./screen.js";

/** Who runs the demo, connected as any browser would be. */
export type Session = { client: ConvexClient; screen: Screen };

const SUBJECT = "demo-user";

/** The genuine client, signed in. It reconnects by itself when the host comes back. */
export function connect(url: string, screen: Screen): Session {
  const client = new ConvexClient(url, { logger: false, unsavedChangesWarning: false });
  client.setAuth(() => Promise.resolve(makeToken({ subject: SUBJECT })));
  return { client, screen };
}
