import { IconBrain } from "@tabler/icons-react";
import { EmptyState } from "../../shell/states.js";

/** Not built yet. */
export default function MemoryPage() {
  return <EmptyState icon={IconBrain} title="Memory" />;
}
