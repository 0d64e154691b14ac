// How programs of this machine sign in to a host that runs as a process of its own.

/**
 * A token for a user, from the issuer of the host at `url`. Claims beside those of a demo user are taken as they are
 * given. Rejects when the host is down, or trusts another issuer.
 */
export async function signIn(
  url: string,
  subject: string,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const answer = await fetch(`${url}/local-auth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject, claims }),
  });
  const body = (await answer.json()) as { token: string } | { message: string };
  if ("token" in body) return body.token;
  throw new Error(`The host at ${url} issues no token for ${subject}: ${body.message}`);
}
