import { join } from "node:path";
import { createServer } from "vite";
import { root } from "../setup/environment.mjs";
import { DevError } from "./arguments.js";

/** The page's own server: what it serves changes as its sources do. */
export type PageServer = { url: string; close: () => Promise<void> };

/** Serves the page; its configuration reads `environment`. Throws a `DevError` for a port in use. */
export async function servePage(port: number, environment: Record<string, string>): Promise<PageServer> {
  Object.assign(process.env, environment);
  const others = process.listeners("SIGTERM");
  const server = await createServer({
    configFile: join(root, "example/web/vite.config.ts"),
    // Ctrl-C is this command's, and it prints the address itself.
    clearScreen: false,
    logLevel: "warn",
    server: { port, strictPort: port !== 0 },
  });
  // Vite would end the process by itself, before the host has closed its database.
  for (const listener of process.listeners("SIGTERM"))
    if (!others.includes(listener)) process.off("SIGTERM", listener);
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    if (error instanceof Error && error.message.includes("already in use"))
      throw new DevError(`Port ${port} is in use; choose another with --port.`);
    throw error;
  }
  const url = server.resolvedUrls?.local[0]?.replace(/\/$/, "");
  if (url === undefined) throw new TypeError("The page's server does not say where it listens.");
  return { url, close: () => server.close() };
}
