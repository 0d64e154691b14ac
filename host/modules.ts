// Finds an app's functions and the components it installs, without the Convex bundler.
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { withCallLimits } from "./limits.js";
import { readComponentTree } from "./componentTree.js";
import type {
  ComponentRegistration,
  ComponentSchema,
  FunctionModule,
  ModuleMap,
} from "./convexTestInternals.js";

/** A component to install: where its compiled functions and schema are. */
export type ComponentSource = { path: string; directory: string };

export type LoadedApp = {
  schema: ComponentSchema | null;
  modules: ModuleMap;
  components: ComponentRegistration[];
  /** Whether the app has an `http.ts`. */
  hasRouter: boolean;
};

/** The app directory is missing or is not a Convex app. */
export class AppDirectoryError extends Error {}

const SOURCE_FILE = /\.[cm]?[jt]sx?$/;
const NOT_FUNCTIONS = /(\.d\.[cm]?ts|\.test\.[cm]?[jt]sx?|\.config\.[cm]?[jt]s)$/;

function sourceFilesOf(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sourceFilesOf(path);
    return SOURCE_FILE.test(entry.name) && !NOT_FUNCTIONS.test(entry.name) ? [path] : [];
  });
}

async function importFile(file: string): Promise<FunctionModule> {
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as FunctionModule;
}

/**
 * Every function file of a directory, loaded: a lazy import inside a transaction would need timers, which
 * transactions refuse.
 */
async function loadModules(directory: string): Promise<ModuleMap> {
  // convex-test takes the place of `_generated` for the root of the paths.
  const modules: ModuleMap = { "./_generated/host.js": async () => ({}) };
  for (const file of sourceFilesOf(directory)) {
    const path = `./${relative(directory, file).split(sep).join("/")}`;
    if (path.startsWith("./_generated/") || path.includes("/_generated/")) continue;
    const loaded = withCallLimits(await importFile(file));
    modules[path] = async () => loaded;
  }
  return modules;
}

async function loadSchema(modules: ModuleMap): Promise<ComponentSchema | null> {
  const path = Object.keys(modules).find((name) => /^\.\/schema\.[cm]?[jt]s$/.test(name));
  if (path === undefined) return null;
  return ((await modules[path]!())["default"] as ComponentSchema | undefined) ?? null;
}

async function loadComponent({ path, directory }: ComponentSource): Promise<ComponentRegistration> {
  if (!existsSync(directory))
    throw new AppDirectoryError(`The component "${path}" is not built: ${directory} is missing`);
  const modules = await loadModules(directory);
  return { path, modules, schema: await loadSchema(modules) };
}

// Tests run this package from source, as vitest.config.ts does, so that they need no build and see no stale one.
function sourceOfOwnConfig(configFile: string): string {
  if (process.env["VITEST"] === undefined || configFile.includes(`${sep}node_modules${sep}`))
    return configFile;
  const source = configFile.replace(`${sep}dist${sep}`, `${sep}src${sep}`).replace(/\.js$/, ".ts");
  return existsSync(source) ? source : configFile;
}

/** The components that the app's `convex.config` installs, nested ones too, parents first. */
export async function discoverComponents(appDirectory: string): Promise<ComponentSource[]> {
  const config = ["convex.config.ts", "convex.config.js"]
    .map((name) => join(appDirectory, name))
    .find(existsSync);
  if (config === undefined) return [];
  const sources: ComponentSource[] = [];
  const visit = async (configFile: string, parentPath: string): Promise<void> => {
    for (const { name, configFile: childConfig } of await readComponentTree(configFile)) {
      const path = parentPath === "" ? name : `${parentPath}/${name}`;
      const file = sourceOfOwnConfig(childConfig);
      sources.push({ path, directory: dirname(file) });
      await visit(file, path);
    }
  };
  await visit(config, "");
  return sources;
}

/** Loads an app's functions, schema and components. */
export async function loadApp(appDirectory: string, components?: ComponentSource[]): Promise<LoadedApp> {
  const directory = resolve(appDirectory);
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new AppDirectoryError(`There is no app folder ${directory}`);
  }
  const sources = components ?? (await discoverComponents(directory));
  const modules = await loadModules(directory);
  const registrations: ComponentRegistration[] = [];
  for (const source of sources) registrations.push(await loadComponent(source));
  const hasRouter = Object.keys(modules).some((name) => /^\.\/http\.[cm]?[jt]s$/.test(name));
  return { schema: await loadSchema(modules), modules, components: registrations, hasRouter };
}
