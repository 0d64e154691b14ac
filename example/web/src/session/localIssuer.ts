import type { LocalUser } from "./useSession.js";

// The issuer of the local host: it signs whoever is chosen in. A deployment has a provider instead.

/** The users that the local host knows. */
export async function listUsers(): Promise<LocalUser[]> {
  const response = await fetch("/local-auth/users");
  if (!response.ok) throw new TypeError(`The host answered with ${response.status}.`);
  return ((await response.json()) as { users: LocalUser[] }).users; // the host's own shape
}

/** A token for one of them. */
export async function tokenFor(subject: string): Promise<string | null> {
  const response = await fetch("/local-auth/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject }),
  });
  if (!response.ok) return null;
  return ((await response.json()) as { token: string }).token; // the host's own shape
}
