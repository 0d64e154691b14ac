import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { inheritedEnvironment, root, toolPath } from "../setup/environment.mjs";
import { DevError, type DevArguments } from "./arguments.js";
import type { Running } from "./local.js";
import { servePage } from "./page.js";

type Environment = Record<string, string | undefined>;

/** What `convex dev` writes and reads, under what the shell says. */
export function readEnvironment(folder = root): Environment {
  const file = join(folder, ".env.local");
  return { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...process.env };
}

/** Where the page finds the deployment. Throws a `DevError` that says what is missing. */
export function deploymentUrl(environment: Environment, isLoggedIn: () => boolean): string {
  const { CONVEX_DEPLOYMENT: name, CONVEX_SELF_HOSTED_URL: selfHosted, CONVEX_DEPLOY_KEY: key } = environment;
  if (selfHosted) {
    if (environment["CONVEX_SELF_HOSTED_ADMIN_KEY"]) return environment["VITE_CONVEX_URL"] || selfHosted;
    throw new DevError(
      "CONVEX_SELF_HOSTED_ADMIN_KEY is missing: the server of CONVEX_SELF_HOSTED_URL prints it.",
    );
  }
  if (!name && !key)
    throw new DevError(
      "No Convex deployment is configured: run npx convex dev once, which logs you in and writes .env.local (a local deployment downloads Convex's server first).",
    );
  const needsLogin = !key && !/^(local|anonymous):/.test(name ?? "");
  if (needsLogin && !isLoggedIn())
    throw new DevError("Nobody is logged in to Convex on this machine: run npx convex login.");
  const url = environment["VITE_CONVEX_URL"] || environment["CONVEX_URL"];
  if (url) return url;
  throw new DevError("VITE_CONVEX_URL is missing in .env.local: npx convex dev --once writes it.");
}

/** `convex login` keeps it here; what is in it is the CLI's affair. */
const isLoggedIn = (): boolean => existsSync(join(homedir(), ".convex", "config.json"));

/** The page on a Convex deployment, with `convex dev` beside it, which pushes the functions whenever they change. */
export async function runOnDeployment(
  { port }: DevArguments,
  tell: (line: string) => void,
): Promise<Running> {
  const environment = readEnvironment();
  const url = deploymentUrl(environment, isLoggedIn);
  const named = (name: string) => ({ [name]: environment[name] ?? "" });
  const page = await servePage(port, {
    VITE_CONVEX_URL: url,
    ...named("VITE_OIDC_AUTHORITY"),
    ...named("VITE_OIDC_CLIENT_ID"),
    ...named("VITE_OIDC_SCOPE"),
  });
  tell(`page    ${page.url}`);
  tell(`convex  ${url}, pushed by convex dev`);
  if (!environment["VITE_OIDC_AUTHORITY"] || !environment["VITE_OIDC_CLIENT_ID"])
    tell(
      "users   nobody can sign in: VITE_OIDC_AUTHORITY and VITE_OIDC_CLIENT_ID are missing in .env.local,",
    );
  tell("users   and the deployment needs the same two: npx convex env set AUTH_ISSUER …, AUTH_CLIENT_ID …");
  const pushing = spawn(process.execPath, [toolPath("convex"), "dev"], {
    cwd: root,
    stdio: "inherit",
    env: inheritedEnvironment(),
  });
  const ended = new Promise<void>((end) => pushing.once("close", () => end()));
  // Without it the page would show functions that are not there any more.
  let isStopping = false;
  void ended.then(() => {
    if (!isStopping) process.kill(process.pid, "SIGTERM");
  });
  return {
    stop: async () => {
      isStopping = true;
      pushing.kill("SIGTERM");
      await Promise.all([ended, page.close()]);
    },
  };
}
