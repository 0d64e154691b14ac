import type { SessionUser } from "./useSession.js";

// The issuer of the local host: it signs whoever is chosen in. A deployment has a provider instead.

/** Between two tries while the host is down, in ms: twice as long each time, up to the longest. */
const RETRY = { first: 250, longest: 4_000 };

/** The users that the local host knows. Rejects when it is down, or takes tokens of another issuer only. */
export async function listUsers(): Promise<SessionUser[]> {
  const response = await fetch("/local-auth/users");
  if (!response.ok) throw new TypeError(`The host answered with ${response.status}.`);
  return ((await response.json()) as { users: SessionUser[] }).users; // the host's own shape
}

/**
 * A token for one of them; `null` when the host refuses one, or nobody wants it any more. While the host is down it is
 * asked again: a connection that is to be made anew must not find its user signed out.
 */
export async function tokenFor(subject: string, isWanted: () => boolean): Promise<string | null> {
  for (let pauseMs = RETRY.first; isWanted(); pauseMs = Math.min(pauseMs * 2, RETRY.longest)) {
    const response = await askForToken(subject);
    if (response?.ok) return ((await response.json()) as { token: string }).token; // the host's own shape
    if (response !== null && response.status < 500) return null;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return null;
}

async function askForToken(subject: string): Promise<Response | null> {
  try {
    return await fetch("/local-auth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ subject }),
    });
  } catch {
    return null; // no answer at all: the page's own server is down
  }
}
