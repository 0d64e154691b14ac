import { IconMessageQuestion } from "@tabler/icons-react";
import { EmptyState } from "../../../shell/states.js";

/** Until one of the conversations is chosen. */
export function ChooseConversation() {
  return (
    <EmptyState icon={IconMessageQuestion} title="Which conversation?">
      Choose one above: what is kept in a conversation is shared by those who take part in it.
    </EmptyState>
  );
}
