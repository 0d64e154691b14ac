/** One bundled module as the Convex command uploads it. */
export interface BundledModule {
  path: string;
  source: string;
}

/** The part of a start_push request that decides what is generated. */
export interface StartPushRequest {
  appDefinition: {
    definition: BundledModule | null;
    dependencies: string[];
    schema: BundledModule | null;
    changedModules: BundledModule[];
    udfServerVersion: string;
  };
  componentDefinitions: ComponentDefinition[];
}

export interface ComponentDefinition {
  definitionPath: string;
  definition: BundledModule | null;
  dependencies: string[];
  schema: BundledModule | null;
  functions: BundledModule[];
}

/** What `convex.config.ts` exports, as `export()` of its default export gives it. */
export interface EvaluatedDefinition {
  name?: string;
  definitionType: { type: string; name?: string };
  [field: string]: unknown;
}

/** A component that a definition uses, with the default name it gave itself. */
export interface NamedDependency {
  path: string;
  name: string;
}

export interface AnalyzedFunction {
  name: string;
  pos: null;
  udfType: string;
  visibility: { kind: string } | null;
  args: string | null;
  returns: string | null;
}

/** The functions of each module, by the module's path. */
export type AnalyzedModules = Record<
  string,
  { functions: AnalyzedFunction[]; httpRoutes: null; cronSpecs: null; sourceMapped: null }
>;
