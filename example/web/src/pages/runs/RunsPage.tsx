import { IconTimeline } from "@tabler/icons-react";
import { EmptyState } from "../../shell/states.js";

/** Not built yet. */
export default function RunsPage() {
  return <EmptyState icon={IconTimeline} title="Runs" />;
}
