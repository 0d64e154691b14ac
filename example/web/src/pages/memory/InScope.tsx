import { IconMessageQuestion } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { EmptyState } from "../../shell/states.js";
import type { ChosenScope, ScopeArgs } from "./useScope.js";

type Props = { scope: ChosenScope; children: (scope: ScopeArgs) => ReactNode };

/** What is shown of a scope, once it is chosen. */
export function InScope({ scope: { args }, children }: Props) {
  if (args === null) return <ChooseConversation />;
  return <PageBoundary place={JSON.stringify(args)}>{children(args)}</PageBoundary>;
}

/** Until one of the conversations is chosen. */
function ChooseConversation() {
  return (
    <EmptyState icon={IconMessageQuestion} title="Which conversation?">
      Choose one above: what is kept in a conversation is shared by those who take part in it.
    </EmptyState>
  );
}
