import { IconFiles } from "@tabler/icons-react";
import { EmptyState } from "../../shell/states.js";

/** Not built yet. */
export default function DocumentsPage() {
  return <EmptyState icon={IconFiles} title="Documents" />;
}
