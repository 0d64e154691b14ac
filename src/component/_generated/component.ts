/* eslint-disable */
/**
 * Generated `ComponentApi` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type { FunctionReference } from "convex/server";

/**
 * A utility for referencing a Convex component's exposed API.
 *
 * Useful when expecting a parameter like `components.myComponent`.
 * Usage:
 * ```ts
 * async function myFunction(ctx: QueryCtx, component: ComponentApi) {
 *   return ctx.runQuery(component.someFile.someQuery, { ...args });
 * }
 * ```
 */
export type ComponentApi<Name extends string | undefined = string | undefined> =
  {
    blocks: {
      create: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          description?: string;
          label: string;
          maxTokens?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          readOnly?: boolean;
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
          value?: string;
        },
        { blockId: string; version: number },
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          label: string;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
        },
        {
          blockId: string;
          description?: string;
          label: string;
          maxTokens: number;
          readOnly: boolean;
          scope: "thread" | "user" | "agent" | "tenant";
          tokens: number;
          updatedAt: number;
          value: string;
          version: number;
        } | null,
        Name
      >;
      history: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          label: string;
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
        },
        {
          cursor: string | null;
          page: Array<{
            value: string;
            version: number;
            writtenAt: number;
            writtenBy?: string;
          }>;
        },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
        },
        Array<{
          blockId: string;
          description?: string;
          label: string;
          maxTokens: number;
          readOnly: boolean;
          scope: "thread" | "user" | "agent" | "tenant";
          tokens: number;
          updatedAt: number;
          value: string;
          version: number;
        }>,
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          label: string;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
        },
        null,
        Name
      >;
      restore: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          from: number;
          label: string;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
          version: number;
        },
        { version: number },
        Name
      >;
      update: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          description?: string;
          edit?:
            | { kind: "set"; value: string }
            | { kind: "append"; text: string }
            | { from: string; kind: "replace"; to: string };
          label: string;
          maxTokens?: number;
          operationId?: string;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          readOnly?: boolean;
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
          version?: number;
        },
        { version: number },
        Name
      >;
    };
    budgets: {
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          owner?: {
            agentName?: string;
            per: "tenant" | "user" | "agent" | "thread";
            tenantId?: string;
            threadId?: string;
            userId?: string;
          };
        },
        {
          cursor: string | null;
          page: Array<{
            agentName?: string;
            budgetId: string;
            isByRule?: boolean;
            isWarned: boolean;
            limit: number;
            mode: "soft" | "hard";
            per: "tenant" | "user" | "agent" | "thread";
            period: "day" | "month" | "lifetime";
            reserved: number;
            resetsAt: number | null;
            spent: number;
            tenantId?: string;
            threadId?: string;
            unit: "tokens" | "cost";
            userId?: string;
          }>;
        },
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          budgetId: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
        },
        null,
        Name
      >;
      set: FunctionReference<
        "mutation",
        "internal",
        {
          agentName?: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          currency?: string;
          limit: number;
          mode: "soft" | "hard";
          per: "tenant" | "user" | "agent" | "thread";
          period: "day" | "month" | "lifetime";
          tenantId?: string;
          threadId?: string;
          unit: "tokens" | "cost";
          userId?: string;
        },
        { budgetId: string },
        Name
      >;
      status: FunctionReference<
        "query",
        "internal",
        {
          agentName?: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          tenantId?: string;
          threadId?: string;
          userId?: string;
        },
        Array<{
          budgetId: string;
          inFlight: number;
          isByRule?: boolean;
          isCut?: boolean;
          isWarned: boolean;
          limit: number;
          mode: "soft" | "hard";
          per: "tenant" | "user" | "agent" | "thread";
          period: "day" | "month" | "lifetime";
          remaining: number;
          reserved: number;
          resetsAt: number | null;
          spent: number;
          unit: "tokens" | "cost";
        }>,
        Name
      >;
    };
    contexts: {
      explain: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          messageId: string;
        },
        {
          agentName: string;
          hash: string;
          messageId: string;
          runId: string;
          sections: Array<{
            items: Array<{
              id?: string;
              kind: string;
              place?: { step: number; turn: number };
              ranks?: Record<string, number>;
              tokens?: number;
              version?: number;
              why: string;
            }>;
            leftOut: Array<{ count: number; reason: string; tokens: number }>;
            section: string;
            tokens: number;
          }>;
          tokenFactor: number;
          tokens: number;
          turn: number;
        },
        Name
      >;
      read: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          messageId: string;
        },
        | {
            kind: "SOURCE_CHANGED" | "SOURCE_ERASED";
            source: {
              id?: string;
              kind:
                | "message"
                | "block"
                | "summary"
                | "fact"
                | "chunk"
                | "file"
                | "instructions"
                | "rendering"
                | "prepareStep";
              place?: { step: number; turn: number };
            };
          }
        | {
            agent: string;
            blocks: Array<{
              blockId: string;
              description?: string;
              label: string;
              updatedAt: number;
              value: string;
              version: number;
            }>;
            files: Array<{ fileId: string; url: string | null }>;
            hash: string;
            kind: "material";
            messages: Array<{
              agentName?: string;
              author?: string;
              createdAt: number;
              editedAt?: number;
              messageId: string;
              metadata?: string;
              model?: string;
              parts: Array<any>;
              role: "system" | "user" | "assistant" | "tool";
              runId?: string;
              saidAt?: number;
              speaker?: string;
              state:
                | { kind: "complete" }
                | { kind: "streaming"; streamId: string }
                | { code: string; error?: any; kind: "failed"; reason: string }
                | { kind: "scheduled"; startAt: number };
              step: number;
              threadId: string;
              tokens: number;
              turn: number;
            }>;
            recalled: Array<string>;
            summary: string | null;
            suspects: Array<{
              kind: "SOURCE_CHANGED" | "SOURCE_ERASED";
              source: {
                id?: string;
                kind:
                  | "message"
                  | "block"
                  | "summary"
                  | "fact"
                  | "chunk"
                  | "file"
                  | "instructions"
                  | "rendering"
                  | "prepareStep";
                place?: { step: number; turn: number };
              };
            }>;
            turn: number;
          },
        Name
      >;
      replay: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          messageId: string;
        },
        | {
            kind: "SOURCE_CHANGED" | "SOURCE_ERASED";
            source: {
              id?: string;
              kind:
                | "message"
                | "block"
                | "summary"
                | "fact"
                | "chunk"
                | "file"
                | "instructions"
                | "rendering"
                | "prepareStep";
              place?: { step: number; turn: number };
            };
          }
        | { kind: "same"; text: string },
        Name
      >;
    };
    documents: {
      count: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          scope: "thread" | "user" | "agent" | "tenant";
        },
        { chunks: number; documents: number },
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          key: string;
          scope: "thread" | "user" | "agent" | "tenant";
        },
        {
          bytes: number;
          chunks: number;
          contentHash: string;
          documentId: string;
          generation: number;
          hash: string;
          importance?: number;
          key: string;
          metadata?: string;
          state: { kind: "empty" } | { kind: "ready"; readyAt: number };
          title?: string;
          writing?: {
            generation: number;
            hash: string;
            phase:
              | { kind: "writing" }
              | { kind: "failed"; reason: string }
              | { kind: "abandoned" };
            startedAt: number;
            total: { bytes: number; chunks: number };
            updatedAt: number;
            written: { bytes: number; chunks: number };
          };
        } | null,
        Name
      >;
      getChunk: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          chunkId: string;
        },
        {
          chunkId: string;
          documentKey: string;
          heading: string;
          index: number;
          text: string;
          tokens: number;
        },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          filter?: string;
          limit?: number;
          scope: "thread" | "user" | "agent" | "tenant";
          writing?: boolean;
        },
        {
          cursor: string | null;
          page: Array<{
            bytes: number;
            chunks: number;
            contentHash: string;
            documentId: string;
            generation: number;
            hash: string;
            importance?: number;
            key: string;
            metadata?: string;
            state: { kind: "empty" } | { kind: "ready"; readyAt: number };
            title?: string;
            writing?: {
              generation: number;
              hash: string;
              phase:
                | { kind: "writing" }
                | { kind: "failed"; reason: string }
                | { kind: "abandoned" };
              startedAt: number;
              total: { bytes: number; chunks: number };
              updatedAt: number;
              written: { bytes: number; chunks: number };
            };
          }>;
        },
        Name
      >;
      listChunks: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          documentId: string;
          limit?: number;
        },
        {
          cursor: string | null;
          page: Array<{
            chunkId: string;
            documentKey: string;
            heading: string;
            index: number;
            text: string;
            tokens: number;
          }>;
        },
        Name
      >;
      outline: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          key: string;
          scope: "thread" | "user" | "agent" | "tenant";
        },
        { headings: Array<string> },
        Name
      >;
      readAround: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          chunkIds: Array<string>;
          neighbours: number;
        },
        {
          spans: Array<{
            chunkIds: Array<string>;
            documentId: string;
            documentKey: string;
            from: number;
            headings: Array<string>;
            text: string;
            title?: string;
            to: number;
            tokens: number;
          }>;
        },
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          documentId: string;
        },
        null,
        Name
      >;
      update: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          contentHash?: string;
          documentId: string;
          importance?: number | null;
          metadata?: string | null;
        },
        null,
        Name
      >;
      write: FunctionReference<
        "mutation",
        "internal",
        {
          bytes: number;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          chunks: Array<{
            heading: string;
            joint?: string;
            text: string;
            tokens: number;
            vector?: Array<number>;
          }>;
          contentHash: string;
          documentId?: string;
          embedder?: string;
          failure?: string;
          final: boolean;
          generation?: number;
          importance?: number;
          key: string;
          metadata?: string;
          offset: number;
          scope: "thread" | "user" | "agent" | "tenant";
          title?: string;
          total: { bytes: number; chunks: number };
          usage?: any;
        },
        {
          documentId: string;
          generation: number;
          kind: "unchanged" | "open" | "ready";
        },
        Name
      >;
    };
    embeddings: {
      claim: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          holder: string;
          target:
            | { kind: "all" }
            | { kind: "thread"; threadId: string }
            | { kind: "user" };
        },
        { claimed: boolean },
        Name
      >;
      createGeneration: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          embedder: string;
          length: number;
        },
        { generationId: string },
        Name
      >;
      listPending: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          limit: number;
          target:
            | { kind: "all" }
            | { kind: "thread"; threadId: string }
            | { kind: "user" };
        },
        Array<{
          embedded?: { embedder: string; vector: Array<number> };
          entryId: string;
          text: string;
        }>,
        Name
      >;
      listUnembedded: FunctionReference<
        "query",
        "internal",
        {
          after?: number;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          generationId: string;
          limit: number;
        },
        {
          isDone: boolean;
          page: Array<{
            embedded?: { embedder: string; vector: Array<number> };
            entryId: string;
            text: string;
          }>;
          to: number;
        },
        Name
      >;
      lookUp: FunctionReference<
        "query",
        "internal",
        { embedder: string; textHashes: Array<string> },
        Array<{ textHash: string; vector?: Array<number> }>,
        Name
      >;
      progress: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
        },
        {
          generations: Array<{
            embedded: number;
            embedder: string;
            generationId: string;
            isComplete: boolean;
            length: number;
            refused: number;
            share: number;
            state:
              | { kind: "building" }
              | { activeSince: number; kind: "active" }
              | { kind: "previous"; replacedAt: number }
              | { kind: "retiring" };
          }>;
        },
        Name
      >;
      release: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          holder: string;
          target:
            | { kind: "all" }
            | { kind: "thread"; threadId: string }
            | { kind: "user" };
        },
        null,
        Name
      >;
      retire: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          generationId: string;
        },
        null,
        Name
      >;
      rollBack: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          generationId: string;
        },
        null,
        Name
      >;
      store: FunctionReference<
        "mutation",
        "internal",
        {
          build?: { generationId: string; isLast: boolean; to: number };
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          embedder: string;
          refused?: Array<string>;
          usage?: any;
          vectors: Array<{
            entryId: string;
            textHash?: string;
            tokens?: number;
            vector: Array<number>;
          }>;
        },
        { refused: number; stored: number },
        Name
      >;
      switchGeneration: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          force: boolean;
          generationId: string;
        },
        { switched: boolean },
        Name
      >;
    };
    extraction: {
      commit: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          facts: Array<{
            importance?: number;
            key?: string;
            messageIds: Array<string>;
            supersedes?: string;
            text: string;
            validFrom?: number;
          }>;
          from: { step: number; turn: number } | null;
          isLast: boolean;
          readAt: number;
          runId?: string;
          scope?: "thread" | "user" | "agent" | "tenant";
          status: "active" | "candidate";
          threadId: string;
          to: { step: number; turn: number };
          usage?: any;
        },
        | {
            dropped: number;
            duplicates: number;
            kind: "committed";
            superseded: number;
            written: number;
          }
        | { kind: "stale" },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
        },
        {
          cursor: string | null;
          page: Array<{ isUnread: boolean; threadId: string }>;
        },
        Name
      >;
      read: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          scope?: "thread" | "user" | "agent" | "tenant";
          threadId: string;
        },
        {
          from: { step: number; turn: number } | null;
          isLast: boolean;
          known: Array<{ factId: string; key?: string; text: string }>;
          messages: Array<{
            messageId: string;
            role: "user" | "assistant";
            saidAt: number;
            speaker: string;
            text: string;
          }>;
          readAt: number;
          scope: "thread" | "user" | "agent" | "tenant";
          to: { step: number; turn: number } | null;
        },
        Name
      >;
    };
    facts: {
      append: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          facts: Array<{
            expiresAt?: number;
            importance?: number;
            key?: string;
            metadata?: string;
            pinned?: boolean;
            sources?: Array<
              | { kind: "message"; messageId: string }
              | { kind: "run"; runId: string }
              | { kind: "app"; ref: string }
            >;
            status?: "active" | "candidate";
            supersedes?: string;
            text: string;
            validFrom?: number;
            validTo?: number;
          }>;
          operationId?: string;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
        },
        {
          facts: Array<{
            factId: string;
            kind: "written" | "duplicate" | "confirmed";
          }>;
        },
        Name
      >;
      asOf: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          key?: string;
          knownAt?: number;
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
          validAt?: number;
        },
        {
          cursor: string | null;
          page: Array<{
            confirmedAt?: number;
            expiresAt?: number;
            factId: string;
            importance?: number;
            key?: string;
            metadata?: string;
            origin: "app" | "agent" | "extraction";
            pinned: boolean;
            recalledAt?: number;
            recordedAt: number;
            scope: "thread" | "user" | "agent" | "tenant";
            sources: Array<
              | { kind: "message"; messageId: string; threadId: string }
              | { kind: "app"; ref: string }
            >;
            state:
              | { editedAt?: number; kind: "candidate" }
              | { kind: "active" }
              | { closedAt: number; kind: "declined"; reason?: string }
              | {
                  by: string;
                  closedAt: number;
                  kind: "superseded";
                  validTo?: number;
                }
              | { closedAt: number; kind: "retracted"; reason?: string }
              | { closedAt: number; kind: "forgotten"; reason: string };
            supersedes?: string;
            text: string;
            threadId?: string;
            validFrom: number;
            validTo?: number;
          }>;
        },
        Name
      >;
      confirm: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
        },
        null,
        Name
      >;
      count: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          threadId?: string;
        },
        {
          active: number;
          appends: number;
          candidate: number;
          declined: number;
          duplicates: number;
          forgotten: number;
          retracted: number;
          superseded: number;
        },
        Name
      >;
      decline: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
          reason?: string;
        },
        null,
        Name
      >;
      forget: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
          reason: string;
        },
        null,
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
        },
        {
          confirmedAt?: number;
          expiresAt?: number;
          factId: string;
          importance?: number;
          key?: string;
          metadata?: string;
          origin: "app" | "agent" | "extraction";
          pinned: boolean;
          recalledAt?: number;
          recordedAt: number;
          scope: "thread" | "user" | "agent" | "tenant";
          sources: Array<
            | { kind: "message"; messageId: string; threadId: string }
            | { kind: "app"; ref: string }
          >;
          state:
            | { editedAt?: number; kind: "candidate" }
            | { kind: "active" }
            | { closedAt: number; kind: "declined"; reason?: string }
            | {
                by: string;
                closedAt: number;
                kind: "superseded";
                validTo?: number;
              }
            | { closedAt: number; kind: "retracted"; reason?: string }
            | { closedAt: number; kind: "forgotten"; reason: string };
          supersedes?: string;
          text: string;
          threadId?: string;
          validFrom: number;
          validTo?: number;
        },
        Name
      >;
      history: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
        },
        {
          facts: Array<{
            confirmedAt?: number;
            expiresAt?: number;
            factId: string;
            importance?: number;
            key?: string;
            metadata?: string;
            origin: "app" | "agent" | "extraction";
            pinned: boolean;
            recalledAt?: number;
            recordedAt: number;
            scope: "thread" | "user" | "agent" | "tenant";
            sources: Array<
              | { kind: "message"; messageId: string; threadId: string }
              | { kind: "app"; ref: string }
            >;
            state:
              | { editedAt?: number; kind: "candidate" }
              | { kind: "active" }
              | { closedAt: number; kind: "declined"; reason?: string }
              | {
                  by: string;
                  closedAt: number;
                  kind: "superseded";
                  validTo?: number;
                }
              | { closedAt: number; kind: "retracted"; reason?: string }
              | { closedAt: number; kind: "forgotten"; reason: string };
            supersedes?: string;
            text: string;
            threadId?: string;
            validFrom: number;
            validTo?: number;
          }>;
        },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          key?: string;
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          status?:
            | "candidate"
            | "active"
            | "declined"
            | "superseded"
            | "retracted"
            | "forgotten"
            | "any";
          threadId?: string;
        },
        {
          cursor: string | null;
          page: Array<{
            confirmedAt?: number;
            expiresAt?: number;
            factId: string;
            importance?: number;
            key?: string;
            metadata?: string;
            origin: "app" | "agent" | "extraction";
            pinned: boolean;
            recalledAt?: number;
            recordedAt: number;
            scope: "thread" | "user" | "agent" | "tenant";
            sources: Array<
              | { kind: "message"; messageId: string; threadId: string }
              | { kind: "app"; ref: string }
            >;
            state:
              | { editedAt?: number; kind: "candidate" }
              | { kind: "active" }
              | { closedAt: number; kind: "declined"; reason?: string }
              | {
                  by: string;
                  closedAt: number;
                  kind: "superseded";
                  validTo?: number;
                }
              | { closedAt: number; kind: "retracted"; reason?: string }
              | { closedAt: number; kind: "forgotten"; reason: string };
            supersedes?: string;
            text: string;
            threadId?: string;
            validFrom: number;
            validTo?: number;
          }>;
        },
        Name
      >;
      retract: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
          reason?: string;
        },
        null,
        Name
      >;
      supersede: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          factId: string;
          facts: Array<{
            expiresAt?: number;
            importance?: number;
            key?: string;
            metadata?: string;
            pinned?: boolean;
            sources?: Array<
              | { kind: "message"; messageId: string }
              | { kind: "run"; runId: string }
              | { kind: "app"; ref: string }
            >;
            status?: "active" | "candidate";
            supersedes?: string;
            text: string;
            validFrom?: number;
            validTo?: number;
          }>;
          operationId?: string;
        },
        {
          facts: Array<{
            factId: string;
            kind: "written" | "duplicate" | "confirmed";
          }>;
        },
        Name
      >;
      update: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          expiresAt?: number | null;
          factId: string;
          importance?: number;
          metadata?: string;
          pinned?: boolean;
        },
        null,
        Name
      >;
    };
    files: {
      createUploadUrl: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
        },
        string,
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          fileId: string;
          messageId?: string;
        },
        {
          bytes: number;
          createdAt: number;
          fileId: string;
          hash: string;
          mediaType: string;
          name?: string;
          url: string | null;
          uses: number;
        },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
        },
        {
          cursor: string | null;
          page: Array<{
            bytes: number;
            createdAt: number;
            fileId: string;
            hash: string;
            mediaType: string;
            name?: string;
            url: string | null;
            uses: number;
          }>;
        },
        Name
      >;
      register: FunctionReference<
        "mutation",
        "internal",
        {
          accept?: { maxBytes?: number; mediaTypes?: Array<string> };
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          mediaType?: string;
          name?: string;
          storageId: string;
        },
        { deduplicated: boolean; fileId: string },
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          fileId: string;
        },
        null,
        Name
      >;
      store: FunctionReference<
        "action",
        "internal",
        {
          bytes: ArrayBuffer;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          mediaType: string;
          name?: string;
        },
        { deduplicated: boolean; fileId: string },
        Name
      >;
    };
    health: {
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          owner?: { agentName?: string; tenantId?: string; userId: string };
          scope: "thread" | "user" | "agent" | "tenant";
          staleAfterMs?: number;
          threadId?: string;
        },
        {
          duplicateShare: number;
          expired: { count: number; isAtLeast: boolean };
          facts: {
            active: number;
            appends: number;
            candidate: number;
            declined: number;
            duplicates: number;
            forgotten: number;
            retracted: number;
            superseded: number;
          };
          neverRecalled: { count: number; isAtLeast: boolean };
          overLimitBlocks: Array<{
            label: string;
            maxTokens: number;
            tokens: number;
          }>;
          pendingEmbeddings: { count: number; isAtLeast: boolean };
          stale: { count: number; isAtLeast: boolean };
          supersededShare: number;
        },
        Name
      >;
    };
    messages: {
      append: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          hooks?: {
            onBudgetWarning?: string;
            onMessage?: string;
            onRunFinished?: string;
          };
          messages: Array<{
            agentName?: string;
            metadata?: string;
            model?: string;
            parts: Array<any>;
            role: "system" | "user" | "assistant" | "tool";
            saidAt?: number;
            speaker?: string;
          }>;
          operationId?: string;
          threadId: string;
        },
        { places: Array<{ messageId: string; step: number; turn: number }> },
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          messageId: string;
        },
        {
          agentName?: string;
          author?: string;
          createdAt: number;
          editedAt?: number;
          messageId: string;
          metadata?: string;
          model?: string;
          parts: Array<any>;
          role: "system" | "user" | "assistant" | "tool";
          runId?: string;
          saidAt?: number;
          speaker?: string;
          state:
            | { kind: "complete" }
            | { kind: "streaming"; streamId: string }
            | { code: string; error?: any; kind: "failed"; reason: string }
            | { kind: "scheduled"; startAt: number };
          step: number;
          threadId: string;
          tokens: number;
          turn: number;
        },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          order: "asc" | "desc";
          threadId: string;
          turn?: number;
        },
        {
          cursor: string | null;
          page: Array<{
            agentName?: string;
            author?: string;
            createdAt: number;
            editedAt?: number;
            messageId: string;
            metadata?: string;
            model?: string;
            parts: Array<any>;
            role: "system" | "user" | "assistant" | "tool";
            runId?: string;
            saidAt?: number;
            speaker?: string;
            state:
              | { kind: "complete" }
              | { kind: "streaming"; streamId: string }
              | { code: string; error?: any; kind: "failed"; reason: string }
              | { kind: "scheduled"; startAt: number };
            step: number;
            threadId: string;
            tokens: number;
            turn: number;
          }>;
        },
        Name
      >;
      read: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: number;
          messageId: string;
          part: number;
        },
        { cursor: number | null; text: string },
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          messageId: string;
        },
        { removed: number },
        Name
      >;
      update: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          messageId: string;
          metadata?: string;
          parts?: Array<any>;
        },
        null,
        Name
      >;
    };
    prices: {
      find: FunctionReference<
        "query",
        "internal",
        { model: string; provider: string; version: number },
        {
          from: number;
          prices: {
            cacheWrite?: number;
            cachedInput?: number;
            call?: number;
            input: number;
            output: number;
            reasoning?: number;
          };
          to?: number;
          version: number;
        } | null,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        { cursor: string | null; limit?: number; provider?: string },
        {
          currency: string;
          cursor: string | null;
          page: Array<{
            model: string;
            periods: Array<{
              from: number;
              prices: {
                cacheWrite?: number;
                cachedInput?: number;
                call?: number;
                input: number;
                output: number;
                reasoning?: number;
              };
              to?: number;
              version: number;
            }>;
            provider: string;
          }>;
        },
        Name
      >;
      listUnpriced: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
        },
        Array<{
          calls: number;
          lastAt: number;
          model: string;
          provider: string;
        }>,
        Name
      >;
      load: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          currency?: string;
          models: Array<{
            model: string;
            periods: Array<any>;
            provider: string;
          }>;
        },
        { changed: number },
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          from?: number;
          model: string;
          provider: string;
        },
        { removed: boolean },
        Name
      >;
      set: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          currency?: string;
          model: string;
          period: any;
          provider: string;
        },
        { version: number },
        Name
      >;
    };
    recall: {
      search: FunctionReference<
        "action",
        "internal",
        {
          after?: number;
          before?: number;
          beforeTurn?: number;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          embedder?: string;
          explain?: boolean;
          filter?: string;
          kinds: Array<"message" | "fact" | "chunk">;
          limit?: number;
          maxTokens?: number;
          neighbours?: number;
          operationId?: string;
          query: string;
          queryHash?: string;
          recency?: number;
          refused?: Array<string>;
          runId?: string;
          scopes: Array<"thread" | "user" | "agent" | "tenant">;
          store?: Array<{
            entryId: string;
            textHash?: string;
            tokens?: number;
            vector: Array<number>;
          }>;
          threadId?: string;
          usage?: any;
          vector?: Array<number>;
          vectorWeight?: number;
        },
        {
          hits: Array<{
            at: number;
            citation: string;
            documentKey?: string;
            heading?: string;
            kind: "message" | "fact" | "chunk";
            lexicalRank?: number;
            role?: "system" | "user" | "assistant" | "tool";
            score: number;
            sourceId: string;
            sourceIds?: Array<string>;
            speaker?: string;
            text: string;
            threadId?: string;
            tokens: number;
            vectorRank?: number;
            why?: {
              because: string;
              lists: Record<string, number>;
              multiplier: number;
              signals: Record<string, number>;
            };
          }>;
        },
        Name
      >;
      searchText: FunctionReference<
        "query",
        "internal",
        {
          after?: number;
          before?: number;
          beforeTurn?: number;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          explain?: boolean;
          filter?: string;
          kinds: Array<"message" | "fact" | "chunk">;
          limit?: number;
          maxTokens?: number;
          neighbours?: number;
          query: string;
          recency?: number;
          scopes: Array<"thread" | "user" | "agent" | "tenant">;
          threadId?: string;
          vectorWeight?: number;
        },
        {
          hits: Array<{
            at: number;
            citation: string;
            documentKey?: string;
            heading?: string;
            kind: "message" | "fact" | "chunk";
            lexicalRank?: number;
            role?: "system" | "user" | "assistant" | "tool";
            score: number;
            sourceId: string;
            sourceIds?: Array<string>;
            speaker?: string;
            text: string;
            threadId?: string;
            tokens: number;
            vectorRank?: number;
            why?: {
              because: string;
              lists: Record<string, number>;
              multiplier: number;
              signals: Record<string, number>;
            };
          }>;
        },
        Name
      >;
    };
    runs: {
      answer: FunctionReference<
        "mutation",
        "internal",
        {
          answer: { output: string; outputKind: "text" | "json" | "error" };
          callId: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          runId: string;
        },
        {
          state:
            | { kind: "queued"; startAt?: number }
            | { kind: "running" }
            | { kind: "awaitingApproval" }
            | { kind: "awaitingResult" }
            | { endedAt: number; kind: "completed" }
            | {
                code: string;
                endedAt: number;
                error?: any;
                kind: "failed";
                message: string;
              }
            | { endedAt: number; kind: "canceled"; reason?: string };
        },
        Name
      >;
      cancel: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          reason?: string;
          runId: string;
        },
        {
          state:
            | { kind: "queued"; startAt?: number }
            | { kind: "running" }
            | { kind: "awaitingApproval" }
            | { kind: "awaitingResult" }
            | { endedAt: number; kind: "completed" }
            | {
                code: string;
                endedAt: number;
                error?: any;
                kind: "failed";
                message: string;
              }
            | { endedAt: number; kind: "canceled"; reason?: string };
        },
        Name
      >;
      createNestedThread: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          operationId?: string;
          runId: string;
          title?: string;
        },
        { threadId: string },
        Name
      >;
      decide: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          decisions: Array<
            | { callId: string; input?: string; kind: "approve"; step?: number }
            | { callId: string; kind: "deny"; reason?: string; step?: number }
          >;
          runId: string;
        },
        {
          state:
            | { kind: "queued"; startAt?: number }
            | { kind: "running" }
            | { kind: "awaitingApproval" }
            | { kind: "awaitingResult" }
            | { endedAt: number; kind: "completed" }
            | {
                code: string;
                endedAt: number;
                error?: any;
                kind: "failed";
                message: string;
              }
            | { endedAt: number; kind: "canceled"; reason?: string };
        },
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          runId: string;
        },
        {
          agentName: string;
          engine: "action" | "durable";
          exceeded?: any;
          parentRunId?: string;
          runId: string;
          startedAt: number;
          state:
            | { kind: "queued"; startAt?: number }
            | { kind: "running" }
            | { kind: "awaitingApproval" }
            | { kind: "awaitingResult" }
            | { endedAt: number; kind: "completed" }
            | {
                code: string;
                endedAt: number;
                error?: any;
                kind: "failed";
                message: string;
              }
            | { endedAt: number; kind: "canceled"; reason?: string };
          steps: number;
          threadId: string;
          totals: {
            calls: number;
            costMicros?: number;
            inputTokens: number;
            outputTokens: number;
            unpricedCalls?: number;
          };
          turn: number;
          unreadSteering?: number;
          waiting?: {
            approvals: number;
            calls?: Array<{
              callId: string;
              kind: "approval" | "result" | "approved";
              requestReason?: string;
              toolName: string;
            }>;
            results: number;
          };
          waitsFor?: "budget" | "rateLimit";
          waitsUntil?: number;
          workflowId?: string;
        },
        Name
      >;
      isActive: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          runId: string;
          takeUps?: number;
        },
        boolean,
        Name
      >;
      latest: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          threadId: string;
        },
        {
          agentName: string;
          engine: "action" | "durable";
          exceeded?: any;
          parentRunId?: string;
          runId: string;
          startedAt: number;
          state:
            | { kind: "queued"; startAt?: number }
            | { kind: "running" }
            | { kind: "awaitingApproval" }
            | { kind: "awaitingResult" }
            | { endedAt: number; kind: "completed" }
            | {
                code: string;
                endedAt: number;
                error?: any;
                kind: "failed";
                message: string;
              }
            | { endedAt: number; kind: "canceled"; reason?: string };
          steps: number;
          threadId: string;
          totals: {
            calls: number;
            costMicros?: number;
            inputTokens: number;
            outputTokens: number;
            unpricedCalls?: number;
          };
          turn: number;
          unreadSteering?: number;
          waiting?: {
            approvals: number;
            calls?: Array<{
              callId: string;
              kind: "approval" | "result" | "approved";
              requestReason?: string;
              toolName: string;
            }>;
            results: number;
          };
          waitsFor?: "budget" | "rateLimit";
          waitsUntil?: number;
          workflowId?: string;
        } | null,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          threadId: string;
        },
        {
          cursor: string | null;
          page: Array<{
            agentName: string;
            engine: "action" | "durable";
            exceeded?: any;
            parentRunId?: string;
            runId: string;
            startedAt: number;
            state:
              | { kind: "queued"; startAt?: number }
              | { kind: "running" }
              | { kind: "awaitingApproval" }
              | { kind: "awaitingResult" }
              | { endedAt: number; kind: "completed" }
              | {
                  code: string;
                  endedAt: number;
                  error?: any;
                  kind: "failed";
                  message: string;
                }
              | { endedAt: number; kind: "canceled"; reason?: string };
            steps: number;
            threadId: string;
            totals: {
              calls: number;
              costMicros?: number;
              inputTokens: number;
              outputTokens: number;
              unpricedCalls?: number;
            };
            turn: number;
            unreadSteering?: number;
            waiting?: {
              approvals: number;
              calls?: Array<{
                callId: string;
                kind: "approval" | "result" | "approved";
                requestReason?: string;
                toolName: string;
              }>;
              results: number;
            };
            waitsFor?: "budget" | "rateLimit";
            waitsUntil?: number;
            workflowId?: string;
          }>;
        },
        Name
      >;
      listNested: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          runId: string;
        },
        {
          cursor: string | null;
          page: Array<{
            agentName: string;
            engine: "action" | "durable";
            exceeded?: any;
            parentRunId?: string;
            runId: string;
            startedAt: number;
            state:
              | { kind: "queued"; startAt?: number }
              | { kind: "running" }
              | { kind: "awaitingApproval" }
              | { kind: "awaitingResult" }
              | { endedAt: number; kind: "completed" }
              | {
                  code: string;
                  endedAt: number;
                  error?: any;
                  kind: "failed";
                  message: string;
                }
              | { endedAt: number; kind: "canceled"; reason?: string };
            steps: number;
            threadId: string;
            totals: {
              calls: number;
              costMicros?: number;
              inputTokens: number;
              outputTokens: number;
              unpricedCalls?: number;
            };
            turn: number;
            unreadSteering?: number;
            waiting?: {
              approvals: number;
              calls?: Array<{
                callId: string;
                kind: "approval" | "result" | "approved";
                requestReason?: string;
                toolName: string;
              }>;
              results: number;
            };
            waitsFor?: "budget" | "rateLimit";
            waitsUntil?: number;
            workflowId?: string;
          }>;
        },
        Name
      >;
      listToolCalls: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          runId: string;
        },
        {
          cursor: string | null;
          page: Array<{
            answeredBy?: string;
            callId: string;
            childRunId?: string;
            decision?: {
              askedInput?: string;
              at: number;
              by?: string;
              kind: "approved" | "denied" | "expired";
              reason?: string;
            };
            expiresAt?: number;
            ms?: number;
            state:
              | { kind: "pending" }
              | { kind: "awaitingApproval" }
              | { kind: "awaitingResult" }
              | { kind: "started"; startedAt: number }
              | { endedAt: number; kind: "done" }
              | { endedAt: number; kind: "failed" }
              | { endedAt: number; kind: "interrupted" }
              | { endedAt: number; kind: "denied"; reason?: string };
            step: number;
            toolName: string;
            turn: number;
            wait?: {
              answerTimeoutMs?: number;
              approvalTimeoutMs?: number;
              requestReason?: string;
              runs: boolean;
            };
          }>;
        },
        Name
      >;
      listWaiting: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          runId: string;
        },
        Array<{
          callId: string;
          expiresAt: number;
          input: string;
          isCut: boolean;
          kind: "approval" | "result";
          messageId: string;
          part: number;
          requestReason?: string;
          step: number;
          toolName: string;
        }>,
        Name
      >;
      steer: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          operationId?: string;
          prompt: Array<any>;
          runId: string;
        },
        { messageId: string; runId: string; step: number; turn: number },
        Name
      >;
    };
    streams: {
      append: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          deltas: string;
          seq: number;
          streamId: string;
        },
        { alive: boolean },
        Name
      >;
      follow: FunctionReference<
        "query",
        "internal",
        {
          after: number;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          streamId: string;
          threadId?: string;
        },
        {
          chunks: Array<{ deltas: string; seq: number }>;
          messageId: string;
          more: boolean;
          state:
            | { kind: "streaming" }
            | { endedAt: number; kind: "finished" }
            | {
                code: string;
                endedAt: number;
                error?: any;
                kind: "aborted";
                reason: string;
              };
        },
        Name
      >;
    };
    summaries: {
      commit: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          expected: {
            edits: number;
            prunedTo?: { step: number; turn: number };
            summaryId?: string;
          };
          operationId?: string;
          prunedTo?: { step: number; turn: number };
          runId?: string;
          summary?: {
            from: { step: number; turn: number };
            model?: string;
            text: string;
            to: { step: number; turn: number };
          };
          threadId: string;
          usage?: any;
        },
        {
          committed: boolean;
          head: {
            edits: number;
            prunedTo?: { step: number; turn: number };
            summaryId?: string;
          };
          summary?: {
            createdAt: number;
            from: { step: number; turn: number };
            model?: string;
            parentId?: string;
            summaryId: string;
            text: string;
            threadId: string;
            to: { step: number; turn: number };
            tokens: number;
          };
        },
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          summaryId: string;
        },
        {
          createdAt: number;
          from: { step: number; turn: number };
          model?: string;
          parentId?: string;
          summaryId: string;
          text: string;
          threadId: string;
          to: { step: number; turn: number };
          tokens: number;
        },
        Name
      >;
      latest: FunctionReference<
        "query",
        "internal",
        {
          beforeTurn?: number;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          threadId: string;
        },
        {
          createdAt: number;
          from: { step: number; turn: number };
          model?: string;
          parentId?: string;
          summaryId: string;
          text: string;
          threadId: string;
          to: { step: number; turn: number };
          tokens: number;
        } | null,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          threadId: string;
        },
        {
          cursor: string | null;
          page: Array<{
            createdAt: number;
            from: { step: number; turn: number };
            model?: string;
            parentId?: string;
            summaryId: string;
            text: string;
            threadId: string;
            to: { step: number; turn: number };
            tokens: number;
          }>;
        },
        Name
      >;
      listRecent: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          since: number;
          until: number;
        },
        {
          cursor: string | null;
          page: Array<{
            createdAt: number;
            from: { step: number; turn: number };
            model?: string;
            owner: { agentName?: string; tenantId?: string; userId: string };
            parentId?: string;
            summaryId: string;
            text: string;
            threadId: string;
            to: { step: number; turn: number };
            tokens: number;
          }>;
        },
        Name
      >;
      listUncovered: FunctionReference<
        "query",
        "internal",
        {
          after: { step: number; turn: number } | null;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          limit?: number;
          threadId: string;
        },
        {
          cursor: { step: number; turn: number } | null;
          head: {
            edits: number;
            prunedTo?: { step: number; turn: number };
            summaryId?: string;
          };
          messages: Array<{
            agentName?: string;
            author?: string;
            createdAt: number;
            editedAt?: number;
            messageId: string;
            metadata?: string;
            model?: string;
            parts: Array<any>;
            role: "system" | "user" | "assistant" | "tool";
            runId?: string;
            saidAt?: number;
            speaker?: string;
            state:
              | { kind: "complete" }
              | { kind: "streaming"; streamId: string }
              | { code: string; error?: any; kind: "failed"; reason: string }
              | { kind: "scheduled"; startAt: number };
            step: number;
            threadId: string;
            tokens: number;
            turn: number;
          }>;
          runningTurn?: number;
          summary?: {
            createdAt: number;
            from: { step: number; turn: number };
            model?: string;
            parentId?: string;
            summaryId: string;
            text: string;
            threadId: string;
            to: { step: number; turn: number };
            tokens: number;
          };
          tokenFactor?: number;
        },
        Name
      >;
    };
    threads: {
      count: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          owner?: { agentName?: string; tenantId?: string; userId: string };
        },
        number,
        Name
      >;
      create: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          metadata?: string;
          operationId?: string;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          parentThreadId?: string;
          title?: string;
        },
        { threadId: string },
        Name
      >;
      get: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          threadId: string;
        },
        {
          activeRunId?: string;
          createdAt: number;
          lastActivityAt: number;
          messages: number;
          metadata?: string;
          parentRunId?: string;
          parentThreadId?: string;
          preview?: { role: string; text: string };
          status: "active" | "archived";
          tenantId?: string;
          threadId: string;
          title?: string;
          userId: string;
        },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          status?: "active" | "archived";
        },
        {
          cursor: string | null;
          page: Array<{
            activeRunId?: string;
            createdAt: number;
            lastActivityAt: number;
            messages: number;
            metadata?: string;
            parentRunId?: string;
            parentThreadId?: string;
            preview?: { role: string; text: string };
            status: "active" | "archived";
            tenantId?: string;
            threadId: string;
            title?: string;
            userId: string;
          }>;
        },
        Name
      >;
      listParticipants: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          threadId: string;
        },
        Array<{ role: "owner" | "writer" | "reader"; userId: string }>,
        Name
      >;
      remove: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          threadId: string;
        },
        null,
        Name
      >;
      removeParticipant: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          threadId: string;
          userId: string;
        },
        null,
        Name
      >;
      search: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          limit?: number;
          owner?: { agentName?: string; tenantId?: string; userId: string };
          query: string;
        },
        Array<{
          messageId?: string;
          snippet: string;
          threadId: string;
          title?: string;
        }>,
        Name
      >;
      setParticipant: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          role: "owner" | "writer" | "reader";
          threadId: string;
          userId: string;
        },
        null,
        Name
      >;
      update: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          metadata?: string;
          status?: "active" | "archived";
          threadId: string;
          title?: string;
        },
        null,
        Name
      >;
    };
    turns: {
      awaitAnswer: FunctionReference<
        "mutation",
        "internal",
        {
          callId: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          place?: number;
          runId: string;
          used?: Array<any>;
        },
        { waiting: boolean },
        Name
      >;
      begin: FunctionReference<
        "mutation",
        "internal",
        {
          agentName: string;
          budgets?: any;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          driver?: {
            as: { agentName?: string; tenantId?: string; userId: string };
            path: string;
            settle: string;
          };
          engine: "action" | "durable";
          hooks?: {
            onBudgetWarning?: string;
            onMessage?: string;
            onRunFinished?: string;
          };
          limits?: {
            maxBytes?: number;
            maxMessages?: number;
            maxTokens?: number;
          };
          logs?: "off" | "errors" | "all";
          operationId?: string;
          parent?: { callId?: string; runId: string };
          prompt?: Array<any>;
          promptMessageId?: string;
          recall?: boolean;
          shown?: {
            agentHash: string;
            blocks?: Array<"thread" | "user" | "agent" | "tenant">;
          };
          startAt?: number;
          stream?: boolean;
          threadId: string;
          whileRunning?: "queue" | "reject" | "interrupt" | "steer";
          workflowId?: string;
        },
        {
          activeEmbedder?: string;
          behind?: string;
          context: Array<{
            agentName?: string;
            author?: string;
            createdAt: number;
            editedAt?: number;
            messageId: string;
            metadata?: string;
            model?: string;
            parts: Array<any>;
            role: "system" | "user" | "assistant" | "tool";
            runId?: string;
            saidAt?: number;
            speaker?: string;
            state:
              | { kind: "complete" }
              | { kind: "streaming"; streamId: string }
              | { code: string; error?: any; kind: "failed"; reason: string }
              | { kind: "scheduled"; startAt: number };
            step: number;
            threadId: string;
            tokens: number;
            turn: number;
          }>;
          given?: {
            blocks: Array<{
              blockId: string;
              description?: string;
              label: string;
              updatedAt: number;
              value: string;
              version: number;
            }>;
            first?: {
              recalled: Array<{
                hash: string;
                kind: string;
                ranks: Record<string, number>;
                sourceId: string;
                text: string;
                tokens: number;
              }>;
              trace: string;
            };
            isAgentKnown: boolean;
            isCut?: boolean;
            long: Array<Array<number>>;
            prunedTo?: { step: number; turn: number };
            summary?: {
              summaryId: string;
              text: string;
              to: { step: number; turn: number };
              tokens: number;
            };
            tokenFactor?: number;
          };
          holds?: any;
          messageId?: string;
          pending: Array<{
            embedded?: { embedder: string; vector: Array<number> };
            entryId: string;
            text: string;
          }>;
          promptEntryId?: string;
          promptMessageId: string;
          promptVector?: { embedder: string; vector: Array<number> };
          repeated: boolean;
          runId: string;
          state: any;
          steered?: boolean;
          streamId?: string;
          turn: number;
          warned?: Array<any>;
        },
        Name
      >;
      draw: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          inputTokens: number;
          model: string;
          provider: string;
          runId: string;
          takeUps?: number;
        },
        {
          exceeded?: any;
          refused?: { code: string; message: string };
          waitUntil?: number;
        },
        Name
      >;
      end: FunctionReference<
        "mutation",
        "internal",
        {
          alsoUsed?: Array<any>;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          context?: {
            estimate: number;
            texts: Array<{
              hash: string;
              sourceIds?: Array<string>;
              sourceThreadId?: string;
              text: string;
            }>;
            trace: string;
          };
          outcome:
            | { kind: "completed" }
            | { code: string; error?: any; kind: "failed"; message: string }
            | { kind: "canceled"; reason?: string };
          partial?: Array<any>;
          results?: Array<{
            callId: string;
            failed: boolean;
            ms: number;
            part: any;
            used?: Array<any>;
          }>;
          runId: string;
          takeUps?: number;
          unlessSteered?: boolean;
          usage?: any;
        },
        {
          ended: boolean;
          state: any;
          superseded?: boolean;
          totals?: {
            calls: number;
            costMicros?: number;
            inputTokens: number;
            outputTokens: number;
            unpricedCalls?: number;
          };
        },
        Name
      >;
      open: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          limits?: {
            maxBytes?: number;
            maxMessages?: number;
            maxTokens?: number;
          };
          recall?: boolean;
          runId: string;
          shown?: {
            agentHash: string;
            blocks?: Array<"thread" | "user" | "agent" | "tenant">;
          };
          step: number;
          stream?: boolean;
          workflowId?: string;
        },
        {
          activeEmbedder?: string;
          agentName: string;
          calls: Array<{
            answeredBy?: string;
            callId: string;
            childRunId?: string;
            decision?: {
              askedInput?: string;
              at: number;
              by?: string;
              kind: "approved" | "denied" | "expired";
              reason?: string;
            };
            expiresAt?: number;
            ms?: number;
            state:
              | { kind: "pending" }
              | { kind: "awaitingApproval" }
              | { kind: "awaitingResult" }
              | { kind: "started"; startedAt: number }
              | { endedAt: number; kind: "done" }
              | { endedAt: number; kind: "failed" }
              | { endedAt: number; kind: "interrupted" }
              | { endedAt: number; kind: "denied"; reason?: string };
            step: number;
            toolName: string;
            turn: number;
            wait?: {
              answerTimeoutMs?: number;
              approvalTimeoutMs?: number;
              requestReason?: string;
              runs: boolean;
            };
          }>;
          context: Array<{
            agentName?: string;
            author?: string;
            createdAt: number;
            editedAt?: number;
            messageId: string;
            metadata?: string;
            model?: string;
            parts: Array<any>;
            role: "system" | "user" | "assistant" | "tool";
            runId?: string;
            saidAt?: number;
            speaker?: string;
            state:
              | { kind: "complete" }
              | { kind: "streaming"; streamId: string }
              | { code: string; error?: any; kind: "failed"; reason: string }
              | { kind: "scheduled"; startAt: number };
            step: number;
            threadId: string;
            tokens: number;
            turn: number;
          }>;
          exceeded?: any;
          given?: {
            blocks: Array<{
              blockId: string;
              description?: string;
              label: string;
              updatedAt: number;
              value: string;
              version: number;
            }>;
            first?: {
              recalled: Array<{
                hash: string;
                kind: string;
                ranks: Record<string, number>;
                sourceId: string;
                text: string;
                tokens: number;
              }>;
              trace: string;
            };
            isAgentKnown: boolean;
            isCut?: boolean;
            long: Array<Array<number>>;
            prunedTo?: { step: number; turn: number };
            summary?: {
              summaryId: string;
              text: string;
              to: { step: number; turn: number };
              tokens: number;
            };
            tokenFactor?: number;
          };
          holds?: any;
          messageId?: string;
          pending: Array<{
            embedded?: { embedder: string; vector: Array<number> };
            entryId: string;
            text: string;
          }>;
          promptEntryId?: string;
          promptText: string;
          promptVector?: { embedder: string; vector: Array<number> };
          saved: boolean;
          state: any;
          steeredAt?: number;
          steps: number;
          streamId?: string;
          threadId: string;
          turn: number;
          waitUntil?: number;
          waited?: { until: number; waitsFor: "budget" | "rateLimit" };
          warned?: Array<any>;
        },
        Name
      >;
      pause: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          runId: string;
          takeUps?: number;
        },
        { state: any; superseded?: boolean },
        Name
      >;
      record: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          operationId?: string;
          runId?: string;
          step?: number;
          threadId?: string;
          used: Array<any>;
        },
        { recorded: number },
        Name
      >;
      saveResult: FunctionReference<
        "mutation",
        "internal",
        {
          callId: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          failed: boolean;
          hooks?: {
            onBudgetWarning?: string;
            onMessage?: string;
            onRunFinished?: string;
          };
          ms: number;
          part: any;
          place?: number;
          runId: string;
          used?: Array<any>;
        },
        { saved: boolean },
        Name
      >;
      saveStep: FunctionReference<
        "mutation",
        "internal",
        {
          alsoUsed?: Array<any>;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          context?: {
            estimate: number;
            texts: Array<{
              hash: string;
              sourceIds?: Array<string>;
              sourceThreadId?: string;
              text: string;
            }>;
            trace: string;
          };
          finish: boolean;
          message: { model?: string; parts: Array<any> };
          nests?: boolean;
          nextStream?: boolean | "ifSteered";
          results: Array<{
            callId: string;
            failed: boolean;
            ms: number;
            part: any;
            used?: Array<any>;
          }>;
          runId: string;
          step: number;
          takeUps?: number;
          usage: any;
          waits?: Array<{
            answerTimeoutMs?: number;
            approvalTimeoutMs?: number;
            callId: string;
            refused?: { output: string; outputKind: "denied" | "error" };
            requestReason?: string;
            runs: boolean;
          }>;
        },
        {
          calls: Array<{
            callId: string;
            step: number;
            toolName: string;
            wait?: {
              answerTimeoutMs?: number;
              approvalTimeoutMs?: number;
              requestReason?: string;
              runs: boolean;
            };
          }>;
          exceeded?: any;
          holds?: any;
          messageId?: string;
          nextMessageId?: string;
          results?: Array<{ callId: string; messageId: string }>;
          saved: boolean;
          state: any;
          steered?: {
            long: Array<Array<number>>;
            messages: Array<{
              agentName?: string;
              author?: string;
              createdAt: number;
              editedAt?: number;
              messageId: string;
              metadata?: string;
              model?: string;
              parts: Array<any>;
              role: "system" | "user" | "assistant" | "tool";
              runId?: string;
              saidAt?: number;
              speaker?: string;
              state:
                | { kind: "complete" }
                | { kind: "streaming"; streamId: string }
                | { code: string; error?: any; kind: "failed"; reason: string }
                | { kind: "scheduled"; startAt: number };
              step: number;
              threadId: string;
              tokens: number;
              turn: number;
            }>;
          };
          streamId?: string;
          superseded?: boolean;
          totals?: {
            calls: number;
            costMicros?: number;
            inputTokens: number;
            outputTokens: number;
            unpricedCalls?: number;
          };
          waitUntil?: number;
          warned?: Array<any>;
        },
        Name
      >;
      startTool: FunctionReference<
        "mutation",
        "internal",
        {
          askedBy?: number;
          callId: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          idempotent: boolean;
          runId: string;
        },
        | {
            input: string;
            kind: "execute";
            later?: boolean;
            step: number;
            threadId: string;
            toolName: string;
            turn: number;
          }
        | { kind: "settled" }
        | { kind: "interrupted" }
        | { kind: "ended" },
        Name
      >;
      takeUp: FunctionReference<
        "mutation",
        "internal",
        {
          agentName?: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          force?: boolean;
          runId: string;
        },
        {
          calls: Array<{
            answeredBy?: string;
            callId: string;
            childRunId?: string;
            decision?: {
              askedInput?: string;
              at: number;
              by?: string;
              kind: "approved" | "denied" | "expired";
              reason?: string;
            };
            expiresAt?: number;
            ms?: number;
            state:
              | { kind: "pending" }
              | { kind: "awaitingApproval" }
              | { kind: "awaitingResult" }
              | { kind: "started"; startedAt: number }
              | { endedAt: number; kind: "done" }
              | { endedAt: number; kind: "failed" }
              | { endedAt: number; kind: "interrupted" }
              | { endedAt: number; kind: "denied"; reason?: string };
            step: number;
            toolName: string;
            turn: number;
            wait?: {
              answerTimeoutMs?: number;
              approvalTimeoutMs?: number;
              requestReason?: string;
              runs: boolean;
            };
          }>;
          kind: "taken" | "waiting" | "ended";
          promptMessageId: string;
          state: any;
          steeredAt?: number;
          steps: number;
          takeUps: number;
          threadId: string;
          totals: {
            calls: number;
            costMicros?: number;
            inputTokens: number;
            outputTokens: number;
            unpricedCalls?: number;
          };
          turn: number;
        },
        Name
      >;
      wait: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          runId: string;
          until?: number;
          waitsFor?: "budget" | "rateLimit";
          workflowId?: string;
        },
        { state: any },
        Name
      >;
    };
    usage: {
      eraseUser: FunctionReference<
        "mutation",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          tenantId?: string;
          userId: string;
        },
        { isDone: boolean },
        Name
      >;
      exportLines: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          from?: number;
          limit?: number;
          parentRunId?: string;
          runId?: string;
          tenantId?: string;
          threadId?: string;
          to?: number;
          userId?: string;
        },
        { cursor: string | null; lines: string },
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          cursor: string | null;
          from?: number;
          limit?: number;
          parentRunId?: string;
          runId?: string;
          tenantId?: string;
          threadId?: string;
          to?: number;
          userId?: string;
        },
        {
          cursor: string | null;
          page: Array<{
            agentName?: string;
            at: number;
            cacheWriteTokens?: number;
            cachedInputTokens?: number;
            costMicros?: number;
            eventId: string;
            finishReason?: string;
            inputTokens: number;
            isEstimated?: boolean;
            isFailed?: boolean;
            model: string;
            ms: number;
            outputTokens: number;
            parentRunId?: string;
            priceVersion?: number;
            provider: string;
            purpose:
              | "answer"
              | "embedding"
              | "tool"
              | "extraction"
              | "compaction"
              | "rerank"
              | "rerun";
            raw?: string;
            reasoningTokens?: number;
            runId?: string;
            step?: number;
            tenantId?: string;
            threadId?: string;
            userId: string;
          }>;
        },
        Name
      >;
      record: FunctionReference<
        "mutation",
        "internal",
        {
          agentName?: string;
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          operationId?: string;
          runId?: string;
          threadId?: string;
          usage: any;
        },
        { costMicros?: number; eventId: string },
        Name
      >;
      summary: FunctionReference<
        "query",
        "internal",
        {
          agentName?: string;
          by?: "provider" | "model" | "agent" | "purpose" | "user" | "tenant";
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          from?: number;
          model?: string;
          period?: "day" | "month";
          provider?: string;
          purpose?:
            | "answer"
            | "embedding"
            | "tool"
            | "extraction"
            | "compaction"
            | "rerank"
            | "rerun";
          runId?: string;
          tenantId?: string;
          threadId?: string;
          to?: number;
          userId?: string;
        },
        {
          cacheWriteTokens: number;
          cachedInputTokens: number;
          calls: number;
          costMicros?: number;
          currency: string;
          estimatedCalls: number;
          failedCalls: number;
          groups?: Array<any>;
          groupsLeftOut?: number;
          inputTokens: number;
          isComplete: boolean;
          ms: number;
          outputTokens: number;
          reasoningTokens: number;
          unpricedCalls: number;
        },
        Name
      >;
      timeseries: FunctionReference<
        "query",
        "internal",
        {
          agentName?: string;
          by?: "provider" | "model" | "agent" | "purpose" | "user" | "tenant";
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          every: "hour" | "day" | "month";
          from: number;
          model?: string;
          provider?: string;
          purpose?:
            | "answer"
            | "embedding"
            | "tool"
            | "extraction"
            | "compaction"
            | "rerank"
            | "rerun";
          runId?: string;
          tenantId?: string;
          threadId?: string;
          to?: number;
          userId?: string;
        },
        { currency: string; isComplete: boolean; points: Array<any> },
        Name
      >;
      top: FunctionReference<
        "query",
        "internal",
        {
          agentName?: string;
          by: "provider" | "model" | "agent" | "purpose" | "user" | "tenant";
          caller:
            | { agentName?: string; tenantId?: string; userId: string }
            | "system";
          from?: number;
          limit?: number;
          measure?: "cost" | "tokens" | "calls";
          model?: string;
          period?: "day" | "month";
          provider?: string;
          purpose?:
            | "answer"
            | "embedding"
            | "tool"
            | "extraction"
            | "compaction"
            | "rerank"
            | "rerun";
          runId?: string;
          tenantId?: string;
          threadId?: string;
          to?: number;
          userId?: string;
        },
        { currency: string; isComplete: boolean; items: Array<any> },
        Name
      >;
    };
  };
