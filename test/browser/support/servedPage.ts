import { join } from "node:path";
import { preview } from "vite";
import { folderOf, WEB, type PageBuild } from "./builtPage.js";

/** Serves a build of the page, by its kind or its folder, with `/api` and `/local-auth` handed on to a host. */
export async function servePage(
  hostUrl: string,
  built: PageBuild | { outDir: string } = "test",
): Promise<{ url: string; close: () => Promise<void> }> {
  process.env["HOST_URL"] = hostUrl; // read by the page's vite.config.ts
  const server = await preview({
    root: WEB,
    configFile: join(WEB, "vite.config.ts"),
    logLevel: "silent",
    build: typeof built === "string" ? { outDir: folderOf(built) } : built,
    preview: { port: 0, strictPort: false },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === "string") throw new Error("The page is not served.");
  return { url: `http://127.0.0.1:${address.port}`, close: async () => await server.close() };
}
