// The example as a client in any language calls it: JSON over HTTP, without a library of ours.
import type { Host } from "../../host/index.js";

export type Answer = {
  status: "success" | "error";
  value?: unknown;
  errorMessage?: string;
  errorData?: { code: string; message: string; details?: Record<string, unknown> };
};

/** Posts a call, as `"query chat:listThreads"`, as such a client does. */
export async function post(host: Host, call: string, body: object, token?: string): Promise<Answer> {
  const [kind, path] = call.split(" ");
  const answer = await fetch(`${host.url}/api/${kind}`, {
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
