import type { TestComponent } from "./component.js";

/** Stores bytes as a post to an upload URL does, and gives their storage id. */
export async function upload({ inside }: Pick<TestComponent, "inside">, bytes: string): Promise<string> {
  return await inside(async (ctx) => {
    const storage = ctx.storage as unknown as { store: (blob: Blob) => Promise<string> }; // an action's, in convex-test
    return await storage.store(new Blob([bytes]));
  });
}

/** How many stored objects the component has. */
export const countStored = ({ inside }: Pick<TestComponent, "inside">): Promise<number> =>
  inside(async (ctx) => (await ctx.db.system.query("_storage").collect()).length);
