import type { ComponentApi } from "../component/_generated/component.js";
import type { Principal } from "../validators/principal.js";
import { BoundMemory } from "./boundMemory.js";
import { createApi, type ExposedApi, type ExposeOptions } from "./exposeApi.js";

/**
 * The client of the component.
 *
 * @example
 * export const memory = new AgentMemory(components.agentMemory);
 * const { threadId } = await memory.as({ userId }).threads.create(ctx, { title: "Hello" });
 */
export class AgentMemory {
  constructor(readonly component: ComponentApi) {}

  /** Binds a principal: who asks. The app has authenticated it; the component checks it on every path. */
  as(principal: Principal): BoundMemory {
    return new BoundMemory(this.component, principal);
  }

  /** Passes every check. For crons, migrations and other code of the app that acts for nobody in particular. */
  asSystem(): BoundMemory {
    return new BoundMemory(this.component, "system");
  }

  /**
   * Ready-made public functions for browsers. `authorize` runs first in each of them and returns the principal, or
   * throws; there is no default.
   *
   * @example export const { listMessages, followStream, getRun } = memory.exposeApi({ authorize: principal });
   */
  exposeApi(options: ExposeOptions): ExposedApi {
    return createApi(this, options);
  }
}
