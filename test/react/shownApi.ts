import { anyApi, type ApiFromModules } from "convex/server";
import type { ExposedApi } from "../../src/client/exposeApi.js";

/** The functions of the test app's shown.ts, as an app's generated `api` has them. */
export const shown = anyApi["shown"] as unknown as ApiFromModules<{ shown: ExposedApi }>["shown"];
