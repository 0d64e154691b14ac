// A host on the fixture app, and small waits shared by the host's tests.
import { fileURLToPath } from "node:url";
import { startHost, type Host, type HostOptions } from "../../host/index.js";

export const fixtureApp = fileURLToPath(new URL("./fixture/convex", import.meta.url));

export function startFixture(options: Partial<HostOptions> = {}): Promise<Host> {
  return startHost({ appDirectory: fixtureApp, ...options });
}

/** Waits until a condition holds; fails with its last value after a bounded time. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = 5000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(value)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
