// The messages of Convex's sync protocol, as the genuine clients send and expect them.
import type { JSONValue } from "convex/values";

export type AddQuery = {
  type: "Add";
  queryId: number;
  udfPath: string;
  args: JSONValue[];
  journal?: string | null;
};
export type RemoveQuery = { type: "Remove"; queryId: number };

export type ClientMessage =
  | { type: "Connect"; sessionId: string }
  | { type: "Authenticate"; tokenType: "Admin" | "User" | "None"; value?: string; baseVersion: number }
  | {
      type: "ModifyQuerySet";
      baseVersion: number;
      newVersion: number;
      modifications: (AddQuery | RemoveQuery)[];
    }
  | { type: "Mutation"; requestId: number; udfPath: string; args: JSONValue[] }
  | { type: "Action"; requestId: number; udfPath: string; args: JSONValue[] }
  | { type: "Event" };

export type StateVersion = { querySet: number; identity: number; ts: string };

export type StateModification =
  | { type: "QueryUpdated"; queryId: number; value: JSONValue; logLines: string[]; journal: string | null }
  | {
      type: "QueryFailed";
      queryId: number;
      errorMessage: string;
      errorData?: JSONValue;
      logLines: string[];
      journal: string | null;
    }
  | { type: "QueryRemoved"; queryId: number };

export type FunctionFailure = { success: false; result: string; errorData?: JSONValue };

export type ServerMessage =
  | {
      type: "Transition";
      startVersion: StateVersion;
      endVersion: StateVersion;
      modifications: StateModification[];
      serverTs: number;
    }
  | ({ type: "MutationResponse"; requestId: number; logLines: string[] } & (
      { success: true; result: JSONValue; ts: string } | FunctionFailure
    ))
  | ({ type: "ActionResponse"; requestId: number; logLines: string[] } & (
      { success: true; result: JSONValue } | FunctionFailure
    ))
  | { type: "AuthError"; error: string; baseVersion: number; authUpdateAttempted: boolean }
  | { type: "FatalError"; error: string }
  | { type: "Ping" };

/** Timestamps travel as little-endian 64-bit integers in base 64. */
export function encodeTimestamp(timestamp: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(timestamp);
  return bytes.toString("base64");
}

/** "dir/file.js:name" and "dir/file:name" are one function. */
export function normalizeFunctionPath(path: string): string {
  const [modulePath, exportName] = path.split(":") as [string, string | undefined];
  const module = modulePath.replace(/\.js$/, "");
  return exportName === undefined ? module : `${module}:${exportName}`;
}
