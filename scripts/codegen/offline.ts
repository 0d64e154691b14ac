import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { analyzePush } from "./analyzePush.js";
import { runConvexCodegen } from "./convexCommand.js";
import type { StartPushRequest } from "./pushProtocol.js";

/**
 * Runs the real `convex codegen` with no deployment, account or network.
 *
 * The Convex command bundles the code itself but asks a deployment to evaluate the bundles before it writes
 * `_generated`. A loopback server answers those two requests (convex 1.38–1.48) and nothing else; nothing is
 * deployed, and the admin key is a dummy.
 */
export async function codegenOffline(project: string, args: string[]): Promise<number> {
  const workspace = await mkdtemp(join(tmpdir(), "convex-offline-codegen-"));
  await writeFile(join(workspace, "package.json"), '{"type":"module"}');
  const server = deploymentStandIn(workspace);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await runConvexCodegen(project, ["--url", addressOf(server), "--admin-key", "offline", ...args]);
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(workspace, { recursive: true, force: true });
  }
}

function addressOf(server: Server): string {
  const { port } = server.address() as AddressInfo; // a listening TCP server's address is never a string or null
  return `http://127.0.0.1:${port}`;
}

/** The two requests of codegen; bundles are evaluated from files under `workspace`. */
function deploymentStandIn(workspace: string): Server {
  return createServer((request, response) => {
    const reply = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    answer(request, workspace).then(
      (value) =>
        value === undefined
          ? reply(404, { code: "NotFound", message: `offline: ${request.url}` })
          : reply(200, value),
      (error: unknown) => {
        console.error(error);
        reply(400, { code: "OfflineAnalyzeFailed", message: String(error) });
      },
    );
  });
}

async function answer(request: IncomingMessage, workspace: string): Promise<unknown> {
  const body = await readBody(request);
  switch (request.url) {
    case "/api/get_config_hashes":
      return {
        config: { functions: "convex/" },
        moduleHashes: [],
        nodeDependencies: [],
        udfServerVersion: null,
      };
    case "/api/deploy2/start_push":
      return await analyzePush(JSON.parse(body) as StartPushRequest, workspace); // the CLI's own format
    default:
      return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const plain = request.headers["content-encoding"] === "br" ? brotliDecompressSync(body) : body;
  return plain.toString("utf8");
}
