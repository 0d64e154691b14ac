// The example as a client in any language calls it: JSON over HTTP, without a library of ours.
export type Answer = {
  status: "success" | "error";
  value?: unknown;
  errorMessage?: string;
  errorData?: { code: string; message: string; details?: Record<string, unknown> };
};

/** Posts a call, as `"query chat:listThreads"`, as such a client does; without a token as nobody. */
export async function post(
  { url, token }: { url: string | null; token?: string },
  call: string,
  body: object,
): Promise<Answer> {
  const [kind, path] = call.split(" ");
  const answer = await fetch(`${url}/api/${kind}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ path, args: body, format: "json" }),
  });
  return (await answer.json()) as Answer;
}

/** Names by which Convex writes values that JSON has none for (bigint, bytes, NaN): other clients would have to know them. */
export const marksIn = (value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name.startsWith("$") ? [name] : []),
    ...marksIn(inner),
  ]);
};
