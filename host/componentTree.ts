// Reads which components a `convex.config` file installs.
//
// `app.use(component)` works only on what the Convex bundler puts in place of a component's own config file. The
// same is done here: the file is bundled with a stub for each config it imports, and evaluated.
import { Script } from "node:vm";
import { build, type Plugin } from "esbuild";

type ConfigModule = { exports: { default?: EvaluatedConfig } };
type Evaluate = (module: ConfigModule) => void;
export type InstalledComponent = { name: string; configFile: string };

const CONFIG_IMPORT = /\/convex\.config(\.[cm]?[jt]s)?$/;
const STUB_NAMESPACE = "component-config";

type EvaluatedConfig = {
  _name?: string;
  _childComponents: [string, { componentDefinitionPath: string }, ...unknown[]][];
};

function stubConfigs(): Plugin {
  return {
    name: STUB_NAMESPACE,
    setup(bundler) {
      bundler.onResolve(
        { filter: CONFIG_IMPORT },
        async ({ path, resolveDir, kind, namespace, pluginData }) => {
          if (kind === "entry-point" || pluginData === STUB_NAMESPACE || namespace === STUB_NAMESPACE)
            return null;
          const found = await bundler.resolve(path, { resolveDir, kind, pluginData: STUB_NAMESPACE });
          return found.errors.length > 0
            ? { errors: found.errors }
            : { path: found.path, namespace: STUB_NAMESPACE };
        },
      );
      bundler.onLoad({ filter: /.*/, namespace: STUB_NAMESPACE }, async ({ path }) => {
        const { _name: defaultName } = await evaluateConfig(path);
        const stub = { componentDefinitionPath: path, defaultName };
        return { contents: `export default ${JSON.stringify(stub)};`, loader: "js" };
      });
    },
  };
}

const evaluated = new Map<string, Promise<EvaluatedConfig>>();

function evaluateConfig(configFile: string): Promise<EvaluatedConfig> {
  let config = evaluated.get(configFile);
  if (config === undefined) evaluated.set(configFile, (config = bundleAndRun(configFile)));
  return config;
}

async function bundleAndRun(configFile: string): Promise<EvaluatedConfig> {
  const bundle = await build({
    entryPoints: [configFile],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["module", "import", "default"],
    logLevel: "silent",
    plugins: [stubConfigs()],
  });
  const module: ConfigModule = { exports: {} };
  // The bundle is the app's own configuration.
  const evaluate = new Script(`(function (module) {${bundle.outputFiles[0]!.text}
})`).runInThisContext() as Evaluate;
  evaluate(module);
  const config = module.exports.default;
  if (config === undefined) throw new Error(`${configFile} has no default export`);
  return config;
}

/** The components one config file installs, in order, with the names they are mounted under. */
export async function readComponentTree(configFile: string): Promise<InstalledComponent[]> {
  const config = await evaluateConfig(configFile);
  return config._childComponents.map(([name, { componentDefinitionPath }]) => ({
    name,
    configFile: componentDefinitionPath,
  }));
}
