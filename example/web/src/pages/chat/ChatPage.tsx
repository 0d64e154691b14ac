import { IconMessages } from "@tabler/icons-react";
import { EmptyState } from "../../shell/states.js";

/** Not built yet. */
export default function ChatPage() {
  return <EmptyState icon={IconMessages} title="Chat" />;
}
