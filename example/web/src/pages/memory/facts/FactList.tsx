import { Pill, Stack } from "@mantine/core";
import { IconBulb } from "@tabler/icons-react";
import { useFacts } from "convex-agent-memory/react";
import { api } from "../../../api.js";
import { EmptyState, LoadingState } from "../../../shell/states.js";
import { ShowMore } from "../ShowMore.js";
import { useIsWide } from "../useIsWide.js";
import type { ScopeArgs } from "../useScope.js";
import { AddFact } from "./AddFact.js";
import { FactCards } from "./FactCards.js";
import { FactDrawer } from "./FactDrawer.js";
import { FactTable } from "./FactTable.js";
import { StatusFilter } from "./StatusFilter.js";
import { useFactFilter, type FactFilter } from "./useFactFilter.js";

const PAGE_FACTS = 30;

/** The facts that the address asks for, live; the one that it names opens beside them. */
export function FactList({
  scope,
  isAdding,
  onAdded,
}: {
  scope: ScopeArgs;
  isAdding: boolean;
  onAdded: () => void;
}) {
  const filter = useFactFilter();
  const { status, key, openId, set } = filter;
  const { facts, isLoading, loadMore, canLoadMore, ...actions } = useFacts(api.knowledge, {
    ...scope,
    status,
    ...(key === null ? {} : { key }),
    limit: PAGE_FACTS,
  });
  const isWide = useIsWide();
  const shown = { facts, filter };
  return (
    <Stack gap="sm">
      <StatusFilter scope={scope} status={status} onChange={(next) => set({ status: next })} />
      {key !== null && (
        <div>
          <Pill
            withRemoveButton
            onRemove={() => set({ key: null })}
            removeButtonProps={{ "aria-label": "Show all keys" }}
          >
            About {key}
          </Pill>
        </div>
      )}
      {facts.length > 0 && (isWide ? <FactTable {...shown} /> : <FactCards {...shown} />)}
      {facts.length === 0 &&
        (isLoading ? <LoadingState label="Loading the facts" /> : <NoFacts filter={filter} />)}
      <ShowMore list={{ canLoadMore, loadMore }}>Show more facts</ShowMore>
      <AddFact isOpen={isAdding} onClose={onAdded} append={actions.append} />
      <FactDrawer factId={openId} onClose={() => set({ fact: null })} actions={actions} />
    </Stack>
  );
}

function NoFacts({ filter: { status, key } }: { filter: FactFilter }) {
  if (status !== "active" || key !== null)
    return (
      <EmptyState icon={IconBulb} title="No such facts">
        Nothing here has this state. Choose another one.
      </EmptyState>
    );
  return (
    <EmptyState icon={IconBulb} title="Nothing is known yet">
      Tell the researcher in a chat: “Remember that I deploy on Fridays.” Or add a fact by hand.
    </EmptyState>
  );
}
