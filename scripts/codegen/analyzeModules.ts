import type { AnalyzedFunction, AnalyzedModules, BundledModule } from "./pushProtocol.js";
import { sortValidator } from "./sortValidator.js";
import type { Bundles } from "./bundles.js";

/** The members that convex/server puts on a registered function. */
interface RegisteredFunction {
  isPublic?: boolean;
  isInternal?: boolean;
  exportArgs?: () => string;
  exportReturns?: () => string;
}

/** Evaluates function modules and describes what they register, as a deployment does. */
export async function analyzeModules(modules: BundledModule[], bundles: Bundles): Promise<AnalyzedModules> {
  const importModule = await bundles.write(modules);
  const analyzed: AnalyzedModules = {};
  for (const { path } of modules.filter((module) => !module.path.startsWith("_deps/"))) {
    const exported = Object.entries(await importModule(path));
    const functions = exported.flatMap(([name, value]) => describeFunction(name, value) ?? []);
    analyzed[path] = { functions, httpRoutes: null, cronSpecs: null, sourceMapped: null };
  }
  return analyzed;
}

/** Evaluates a schema module; its tables' validators come back in the backend's field order. */
export async function analyzeSchema(schema: BundledModule | null, bundles: Bundles): Promise<unknown> {
  if (schema === null) return null;
  const importModule = await bundles.write([schema]);
  const exported = (await importModule(schema.path)) as { default: { export: () => string } };
  const json = JSON.parse(exported.default.export()) as { tables: { documentType: unknown }[] };
  return {
    ...json,
    tables: json.tables.map((table) => ({ ...table, documentType: sortValidator(table.documentType) })),
  };
}

function describeFunction(name: string, value: unknown): AnalyzedFunction | null {
  if (value === null || (typeof value !== "function" && typeof value !== "object")) return null;
  const kinds = ["Query", "Mutation", "Action"].filter((kind) => `is${kind}` in value);
  if (kinds.length !== 1 || kinds[0] === undefined) return null;
  const registered = value as RegisteredFunction;
  return {
    name,
    pos: null,
    udfType: kinds[0],
    visibility: visibilityOf(registered),
    args: sortedJson(registered.exportArgs?.()),
    returns: sortedJson(registered.exportReturns?.()),
  };
}

function visibilityOf(registered: RegisteredFunction): { kind: string } | null {
  if (registered.isPublic) return { kind: "public" };
  return registered.isInternal ? { kind: "internal" } : null;
}

function sortedJson(json: string | undefined): string | null {
  return json === undefined ? null : JSON.stringify(sortValidator(JSON.parse(json)));
}
