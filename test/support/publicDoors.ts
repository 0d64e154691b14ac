import type { FunctionReference } from "convex/server";
import type { TestThread } from "./aMemory.js";

const doors = import.meta.glob<Record<string, unknown>>(
  ["../../src/component/*.ts", "!../../src/component/schema.ts", "!../../src/component/convex.config.ts"],
  { eager: true },
);
type Door = { isPublic?: boolean; isQuery?: boolean; isMutation?: boolean; isAction?: boolean };
/** Every public function of the component, by its path. */
export const publicDoors = new Map<string, Door>(
  Object.entries(doors).flatMap(([path, module]) =>
    Object.entries(module)
      .filter((entry): entry is [string, Door] => (entry[1] as Door).isPublic === true)
      .map(([name, door]) => [`${path.replace(/^.*\/|\.ts$/g, "")}.${name}`, door] as const),
  ),
);

/** Calls a door by its path. */
export function callDoor({ ctx, component }: TestThread, door: string, args: object): Promise<unknown> {
  const [domain = "", name = ""] = door.split(".");
  const references = component as unknown as Record<string, Record<string, FunctionReference<"query">>>;
  const kind = publicDoors.get(door);
  const run = ctx as unknown as Record<string, (reference: unknown, args: object) => Promise<unknown>>;
  const runner =
    kind?.isQuery === true ? "runQuery" : kind?.isMutation === true ? "runMutation" : "runAction";
  return run[runner]!(references[domain]?.[name], args);
}
