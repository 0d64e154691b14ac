import type { Auth, RegisteredAction, RegisteredMutation, RegisteredQuery } from "convex/server";
import {
  v,
  type GenericValidator,
  type Infer,
  type ObjectType,
  type PropertyValidators,
} from "convex/values";
import type { Principal } from "../../validators/principal.js";
import type { FileAcceptance } from "../../validators/file.js";
import type { BoundMemory } from "../boundMemory.js";
import type { ActionCtx, MutationCtx, QueryCtx } from "../ctx.js";
import type { Embed } from "../embed.js";

export type ExposeOptions<Operation extends string = string> = {
  /**
   * Returns who asks, or throws. Called first in every function; what it throws reaches the client. `operation` is the
   * function's name, `args` what the client sent: of the right types, and not checked beyond that. `ctx.runQuery` reads
   * what the app knows of the caller.
   */
  authorize: (
    ctx: { auth: Auth } & QueryCtx,
    operation: Operation,
    args: Readonly<Record<string, unknown>>,
  ) => Promise<Principal>;
  /**
   * Gives what embeds, for `recall` and `putDocument`. Without it `recall` goes by words, and documents wait for the
   * worker. Export both from a module of their own, so that queries load no models.
   */
  embed?: () => Embed;
  /** Which files people may upload: of every type and at most 20 MiB unless told. */
  uploads?: FileAcceptance;
};

/** What a door works with: the memory as the caller sees it, and what the app gave `exposeApi`. */
export type Asked<Ctx> = Pick<ExposeOptions, "embed" | "uploads"> & { memory: BoundMemory; ctx: Ctx };

/** A function before it is registered: what it takes, gives and does. */
export type Door<Kind, Ctx, Args, Result> = {
  kind: Kind;
  args: PropertyValidators;
  returns: GenericValidator;
  run: (asked: Asked<Ctx>, args: Args) => Promise<Result>;
};

/** The doors behind registered functions; the compiler holds each against the type that is written out for apps. */
export type DoorsOf<Api> = {
  [Name in keyof Api]: Api[Name] extends RegisteredQuery<"public", infer Args, Promise<infer Result>>
    ? Door<"query", QueryCtx, Args, Result>
    : Api[Name] extends RegisteredMutation<"public", infer Args, Promise<infer Result>>
      ? Door<"mutation", MutationCtx, Args, Result>
      : Api[Name] extends RegisteredAction<"public", infer Args, Promise<infer Result>>
        ? Door<"action", ActionCtx, Args, Result>
        : never;
};

const doorOf =
  <Kind, Ctx>(kind: Kind) =>
  <Args extends PropertyValidators, Returns extends GenericValidator>(
    args: Args,
    returns: Returns,
    run: (asked: Asked<Ctx>, args: ObjectType<Args>) => Promise<Infer<Returns>>,
  ): Door<Kind, Ctx, ObjectType<Args>, Infer<Returns>> => ({ kind, args, returns, run });

export const query = doorOf<"query", QueryCtx>("query");
export const mutation = doorOf<"mutation", MutationCtx>("mutation");
export const action = doorOf<"action", ActionCtx>("action");

/** A mutation that gives nothing. */
export const change = <Args extends PropertyValidators>(
  args: Args,
  run: (asked: Asked<MutationCtx>, args: ObjectType<Args>) => Promise<unknown>,
) =>
  mutation(args, v.null(), async (asked, given) => {
    await run(asked, given);
    return null;
  });
