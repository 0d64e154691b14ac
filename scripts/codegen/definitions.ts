import type { Bundles } from "./bundles.js";
import type { AnalyzedModules, BundledModule, EvaluatedDefinition, NamedDependency } from "./pushProtocol.js";

const APP_WITHOUT_CONFIG: EvaluatedDefinition = {
  definitionType: { type: "app" },
  childComponents: [],
  httpMounts: {},
  exports: { type: "branch", branch: [] },
};

/** Evaluates a `convex.config.ts`, with stand-ins for the components it uses. */
export async function evaluateDefinition(
  definition: BundledModule | null,
  dependencies: NamedDependency[],
  bundles: Bundles,
): Promise<EvaluatedDefinition> {
  if (definition === null) return APP_WITHOUT_CONFIG;
  const standIns = dependencies.map(({ path, name }) => ({
    path: `_componentDeps/${Buffer.from(path).toString("base64url")}.js`,
    source: `export default ${JSON.stringify({ componentDefinitionPath: path, defaultName: name })};`,
  }));
  // Node needs an extension to treat a stand-in as a module.
  const source = definition.source.replace(
    /(["'])\.\/_componentDeps\/([\w-]+)\1/g,
    "$1./_componentDeps/$2.js$1",
  );
  const importModule = await bundles.write([{ ...definition, source }, ...standIns]);
  const exported = (await importModule(definition.path)) as {
    default: { export: () => EvaluatedDefinition };
  };
  return exported.default.export();
}

/** A component's public functions as the tree of names that `ComponentApi` is written from. */
export function publicExports(modules: AnalyzedModules): unknown {
  const root: Branch = new Map();
  for (const [path, { functions }] of Object.entries(modules)) {
    const name = path.replace(/\.js$/, "");
    for (const registered of functions.filter(({ visibility }) => visibility?.kind === "public")) {
      branchAt(root, name.split("/")).set(registered.name, `_reference/function/${name}:${registered.name}`);
    }
  }
  return serialize(root);
}

type Branch = Map<string, Branch | string>;

function branchAt(root: Branch, path: string[]): Branch {
  let branch = root;
  for (const part of path) {
    const existing = branch.get(part);
    const child: Branch = existing instanceof Map ? existing : new Map<string, Branch | string>();
    branch.set(part, child);
    branch = child;
  }
  return branch;
}

function serialize(node: Branch | string): unknown {
  if (typeof node === "string") return { type: "leaf", leaf: node };
  const names = [...node.keys()].sort();
  return { type: "branch", branch: names.map((name) => [name, serialize(node.get(name) ?? "")]) };
}
