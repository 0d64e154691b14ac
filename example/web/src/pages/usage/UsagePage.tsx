import { IconChartBar } from "@tabler/icons-react";
import { EmptyState } from "../../shell/states.js";

/** Not built yet. */
export default function UsagePage() {
  return <EmptyState icon={IconChartBar} title="Usage" />;
}
