/// <reference types="vite/client" />
import type { TestConvexRoot } from "convex-test";
import type { GenericDataModel } from "convex/server";
import schema from "./component/schema.js";

export { deterministicEmbedder } from "./testing/deterministicEmbedder.js";
export type { DeterministicEmbedder, DeterministicEmbedderOptions } from "./testing/deterministicEmbedder.js";
export { scriptedModel } from "./testing/scriptedModel.js";
export type {
  ScriptedAnswer,
  ScriptedCallOptions,
  ScriptedModel,
  ScriptedModelOptions,
  ScriptedToolCall,
  ScriptedTurn,
} from "./testing/scriptedModel.js";

/** The component's functions, as convex-test loads them. */
const modules = import.meta.glob("./component/**/*.ts");

/**
 * Registers the component with a convex-test instance, under the name it has in `convex.config.ts`.
 *
 * @example
 * const t = convexTest({ schema, modules });
 * register(t);
 */
export function register<DataModel extends GenericDataModel>(
  t: Pick<TestConvexRoot<DataModel>, "registerComponent">,
  name = "agentMemory",
): void {
  t.registerComponent(name, schema, modules);
}

export default { register, schema, modules };
