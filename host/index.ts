export {
  isStartProblem,
  startHost,
  type Host,
  type HostOptions,
  type ScheduledJob,
  type TableSummary,
} from "./host.js";
export {
  conflictMatrix,
  conflictsBetween,
  footprintOf,
  wouldConflict,
  type Conflict,
  type Footprint,
} from "./conflicts.js";
export { CronError, type CronStatus } from "./crons.js";
export { parseKillPoint, reachPoint, type FaultOptions, type FaultRecord, type KillPoint } from "./faults.js";
export { LOCAL_ISSUER, localUserId, type LocalUser } from "./localIssuer.js";
export { AppDirectoryError, type ComponentSource } from "./modules.js";
export { DatabaseFileError } from "./persistence.js";
export { keyOf, writeTouchesRead, type ReadInterval } from "./readSets.js";
export { signIn } from "./signIn.js";
export { totalCounts, type Span, type SpanCounts } from "./spans.js";
export type { SubscriptionStats } from "./subscriptions.js";
export type { DocumentWrite, StoredDocument } from "./documents.js";
export type { Identity } from "./execution.js";
