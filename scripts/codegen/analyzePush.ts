import { analyzeModules, analyzeSchema } from "./analyzeModules.js";
import { Bundles } from "./bundles.js";
import { evaluateDefinition, publicExports } from "./definitions.js";
import type { ComponentDefinition, StartPushRequest } from "./pushProtocol.js";

/** What a deployment answers to start_push, as far as codegen reads it. */
export async function analyzePush(request: StartPushRequest, workspace: string): Promise<unknown> {
  const bundles = new Bundles(workspace);
  const { appDefinition: app } = request;
  const udfConfig = {
    serverVersion: app.udfServerVersion,
    importPhaseRngSeed: null,
    importPhaseUnixTimestamp: null,
  };
  const names = new Map<string, string>();
  const analysis: Record<string, unknown> = {};
  for (const component of childrenFirst(request.componentDefinitions)) {
    const { name, analyzed } = await analyzeComponent(component, names, bundles);
    names.set(component.definitionPath, name);
    analysis[component.definitionPath] = { ...analyzed, udfConfig };
  }
  const definition = await evaluateDefinition(app.definition, named(app.dependencies, names), bundles);
  const functions = await analyzeModules(app.changedModules, bundles);
  analysis[""] = {
    definition: { ...definition, path: "", exports: publicExports(functions) },
    schema: await analyzeSchema(app.schema, bundles),
    functions,
    udfConfig,
  };
  return { ...EMPTY_PUSH, analysis };
}

async function analyzeComponent(
  component: ComponentDefinition,
  names: Map<string, string>,
  bundles: Bundles,
): Promise<{ name: string; analyzed: object }> {
  const definition = await evaluateDefinition(
    component.definition,
    named(component.dependencies, names),
    bundles,
  );
  const name = definition.name ?? definition.definitionType.name;
  if (name === undefined) throw new Error(`${component.definitionPath}: the definition has no name`);
  const functions = await analyzeModules(component.functions, bundles);
  return {
    name,
    analyzed: {
      definition: {
        ...definition,
        path: component.definitionPath,
        definitionType: { type: "childComponent", name, args: [] }, // args: read by convex < 1.39
        exports: publicExports(functions),
      },
      schema: await analyzeSchema(component.schema, bundles),
      functions,
    },
  };
}

/** Components in an order in which each comes after those it uses: a definition sees their default names. */
function childrenFirst(components: ComponentDefinition[]): ComponentDefinition[] {
  const ordered: ComponentDefinition[] = [];
  const placed = new Set<string>();
  while (ordered.length < components.length) {
    const next = components.find(
      ({ definitionPath, dependencies }) =>
        !placed.has(definitionPath) && dependencies.every((path) => placed.has(path)),
    );
    if (next === undefined) throw new Error("The component definitions use each other in a cycle.");
    ordered.push(next);
    placed.add(next.definitionPath);
  }
  return ordered;
}

function named(paths: string[], names: Map<string, string>): { path: string; name: string }[] {
  return paths.map((path) => ({ path, name: names.get(path) ?? "" }));
}

/** The parts of the answer that codegen asks for and does not use. */
const EMPTY_PUSH = {
  environmentVariables: {},
  externalDepsId: null,
  componentDefinitionPackages: {},
  appAuth: [],
  app: {
    definitionPath: "",
    componentPath: "",
    args: {},
    childComponents: {},
    httpRoutes: { httpModuleRoutes: null, mounts: [] },
    exports: {},
  },
  schemaChange: { allocatedComponentIds: {}, schemaIds: {}, indexDiffs: {} },
};
