import {
  createFunctionHandle,
  getFunctionName,
  makeFunctionReference,
  type FunctionReference,
} from "convex/server";
import type { Principal } from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import type { RunDriver } from "../validators/runDriving.js";

/** A reference to the `run` that an app exports from `agent.durable(workflow)`: `internal.researcher.run`. */
export type RunReference = FunctionReference<"mutation", "internal">;

/** The functions of a durable agent, found by the path of the module that exports them. */
export type Siblings = {
  path: string;
  run: RunReference;
  step: FunctionReference<"action", "internal">;
  settle: FunctionReference<"mutation", "internal">;
};

/** The exports beside `run`. Throws `RUN_EXPORTS_MISNAMED` when `run` itself goes by another name. */
export function siblingsOf(run: RunReference): Siblings {
  const [path = "", name] = getFunctionName(run).split(":");
  if (name !== "run") throw misnamed(path, `it is exported as "${name}"`);
  return siblingsAt(path);
}

/** The exports of the module at `path`. */
export const siblingsAt = (path: string): Siblings => ({
  path,
  run: makeFunctionReference<"mutation">(`${path}:run`) as unknown as Siblings["run"],
  step: makeFunctionReference<"action">(`${path}:step`) as unknown as Siblings["step"],
  settle: makeFunctionReference<"mutation">(`${path}:settle`) as unknown as Siblings["settle"],
});

/**
 * How the component reaches them for a run of `as`. Throws `RUN_EXPORTS_MISNAMED` when the deployment has no `step` or
 * `settle` beside `run`.
 */
export async function driverOf({ path, step, settle }: Siblings, as: Principal): Promise<RunDriver> {
  try {
    await createFunctionHandle(step);
    return { settle: await createFunctionHandle(settle), path, as };
  } catch (error) {
    throw misnamed(path, String(error));
  }
}

const misnamed = (path: string, why: string) =>
  memoryError(
    "RUN_EXPORTS_MISNAMED",
    `Export what agent.durable(workflow) gives under its own names: export const { run, step, settle } = …; ${why}.`,
    { path },
  );
