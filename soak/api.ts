// What `_generated/api` would hold: the functions of the soak's app, with their types and without code generation.
import {
  anyApi,
  type ApiFromModules,
  type FilterApi,
  type FunctionReference,
  type FunctionType,
} from "convex/server";
import type * as brief from "./app/brief.js";
import type * as clerk from "./app/clerk.js";
import type * as desk from "./app/desk.js";
import type * as helper from "./app/helper.js";
import type * as lead from "./app/lead.js";
import type * as limited from "./app/limited.js";
import type * as mover from "./app/mover.js";
import type * as patient from "./app/patient.js";
import type * as quick from "./app/quick.js";
import type * as researcher from "./app/researcher.js";
import type * as solo from "./app/solo.js";
import type * as tools from "./app/tools.js";
import type * as writer from "./app/writer.js";

type Functions = ApiFromModules<{
  brief: typeof brief;
  clerk: typeof clerk;
  desk: typeof desk;
  helper: typeof helper;
  lead: typeof lead;
  limited: typeof limited;
  mover: typeof mover;
  patient: typeof patient;
  quick: typeof quick;
  researcher: typeof researcher;
  solo: typeof solo;
  tools: typeof tools;
  writer: typeof writer;
}>;

/** The boundary where the names of the app's modules become types. */
export const api = anyApi as unknown as FilterApi<Functions, FunctionReference<FunctionType, "public">>;
export const internal = anyApi as unknown as FilterApi<
  Functions,
  FunctionReference<FunctionType, "internal">
>;
