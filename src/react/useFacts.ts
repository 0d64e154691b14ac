import type { FactStatus, FactWrite } from "../validators/fact.js";
import type { Page, PageRequest } from "../validators/page.js";
import { boundMutation, onceMutation, type BoundMutation } from "./boundMutation.js";
import { named, type ScopeArgs } from "./namedScope.js";
import type { ListOrder } from "./pagedState.js";
import { keyOf, type ItemOf, type PublicMutation, type PublicQuery } from "./references.js";
import { usePaged } from "./usePaged.js";
import { useMade } from "./useStore.js";
import type { MemoryClient } from "./watchingStore.js";

/** The fields by which facts are listed. */
export type ListedFact = {
  factId: string;
  recordedAt: number;
  validFrom: number;
  state: { kind: FactStatus };
};

type OneFact = { factId: string };
type Written = { facts: FactWrite[] };

/** The app's functions that `useFacts` calls, as `memory.exposeApi` makes them. */
export type FactsApi = {
  listFacts: PublicQuery<
    ScopeArgs & PageRequest & { key?: string; status?: FactStatus | "any" },
    Page<ListedFact>
  >;
  appendFacts: PublicMutation<ScopeArgs & { facts: unknown[]; operationId?: string }, Written>;
  supersedeFact: PublicMutation<OneFact & { facts: unknown[]; operationId?: string }, Written>;
  updateFact: PublicMutation<OneFact, unknown>;
  retractFact: PublicMutation<OneFact & { reason?: string }, unknown>;
  forgetFact: PublicMutation<OneFact & { reason: string }, unknown>;
  confirmFact: PublicMutation<OneFact, unknown>;
  declineFact: PublicMutation<OneFact & { reason?: string }, unknown>;
};

export type UseFactsArgs = ScopeArgs & {
  /** What a fact is about: those of one key, by when they begin to be true. */
  key?: string;
  /** Active ones unless told; `candidate` is what waits for a person's word. */
  status?: FactStatus | "any";
  /** Facts of a page, 50 unless told. */
  limit?: number;
};

/** What can be done about facts; each rejects with what the app's function throws. */
export type FactActions<Api extends FactsApi> = {
  /** Writes facts to the scope. Makes an `operationId` for each call that brings none. */
  append: BoundMutation<Api["appendFacts"], "scope" | "threadId">;
  /** Replaces a fact by others. Makes an `operationId` for each call that brings none. */
  supersede: BoundMutation<Api["supersedeFact"]>;
  /** Changes what is known about a fact, not what it says. */
  update: BoundMutation<Api["updateFact"]>;
  /** It was never true. */
  retract: BoundMutation<Api["retractFact"]>;
  /** Erases what it says. */
  forget: BoundMutation<Api["forgetFact"]>;
  /** Takes a candidate. */
  confirm: BoundMutation<Api["confirmFact"]>;
  /** Does not take a candidate. */
  decline: BoundMutation<Api["declineFact"]>;
};

export type UseFactsResult<Api extends FactsApi> = FactActions<Api> & {
  /** Newest first, of one key by when they begin to be true; a fact stays the same object until it changes. */
  facts: readonly ItemOf<Api["listFacts"]>[];
  /** True until the first page is there. */
  isLoading: boolean;
  /** Loads the page behind the last, and keeps it live. Nothing happens where there is none. */
  loadMore: () => Promise<void>;
  canLoadMore: boolean;
};

/**
 * The order of `facts.list`: of one key the latest beginning first; of one state the newest first; of all states, state
 * by state.
 */
const factOrder = ({ key, status }: Pick<UseFactsArgs, "key" | "status">): ListOrder<ListedFact> => ({
  idOf: ({ factId }) => factId,
  compare: (left, right) => {
    if (key !== undefined) return right.validFrom - left.validFrom;
    if (status === "any" && left.state.kind !== right.state.kind)
      return left.state.kind < right.state.kind ? 1 : -1;
    return right.recordedAt - left.recordedAt;
  },
});

/** What can be done about the facts of a scope, without React. */
export const factActions = <Api extends FactsApi>(
  client: Pick<MemoryClient, "mutation">,
  api: Api,
  scope: ScopeArgs | null,
): FactActions<Api> => ({
  append: onceMutation(client, api.appendFacts, () => named(scope)),
  supersede: onceMutation(client, api.supersedeFact),
  update: boundMutation(client, api.updateFact),
  retract: boundMutation(client, api.retractFact),
  forget: boundMutation(client, api.forgetFact),
  confirm: boundMutation(client, api.confirmFact),
  decline: boundMutation(client, api.declineFact),
});

const DEFAULT_PAGE_FACTS = 50;

/**
 * The facts of a scope, live, with what can be done about them. `"skip"` for none: then only what names a fact works.
 * Throws while rendering what the query throws.
 *
 * @example
 * const { facts, confirm, decline } = useFacts(api.knowledge, { scope: "user", status: "candidate" });
 * return facts.map(({ factId, text }) => <Review key={factId} text={text} onTake={() => confirm({ factId })} />);
 */
export function useFacts<Api extends FactsApi>(api: Api, args: UseFactsArgs | "skip"): UseFactsResult<Api> {
  const asked = args === "skip" ? null : { ...args, limit: args.limit ?? DEFAULT_PAGE_FACTS };
  const { items, isLoading, loadMore, canLoadMore } = usePaged<ItemOf<Api["listFacts"]>>(
    api.listFacts,
    asked === null ? null : { args: asked, order: factOrder(asked) },
  );
  const scope = args === "skip" ? null : { scope: args.scope, threadId: args.threadId };
  const functions = [
    ...[api.appendFacts, api.supersedeFact, api.updateFact, api.retractFact],
    ...[api.forgetFact, api.confirmFact, api.declineFact],
  ];
  const actions = useMade(keyOf(functions, scope), (client) => factActions(client, api, scope));
  return { facts: items, isLoading, loadMore, canLoadMore, ...actions };
}
