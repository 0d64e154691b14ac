// A small app with the component and workflow installed, on the embedded host.
import { fileURLToPath } from "node:url";
import { startHost, type Host, type HostOptions, type Identity } from "../../host/index.js";

const directory = fileURLToPath(new URL("./app/convex", import.meta.url));
const ISSUER = "https://host.invalid";

export function startApp(options: Partial<HostOptions> = {}): Promise<Host> {
  return startHost({ appDirectory: directory, ...options });
}

/** A signed-in user of the app; in the memory they are the user of that name in the tenant `acme`. */
export const identityOf = (subject: string): Identity => ({
  subject,
  issuer: ISSUER,
  tokenIdentifier: `${ISSUER}|${subject}`,
});

/** Waits until a condition holds; fails with its last value after a bounded time. */
export async function until<Value>(
  read: () => Value | Promise<Value>,
  holds: (value: Value) => boolean,
  timeoutMs = 10_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new TypeError(`Still ${JSON.stringify(value)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
