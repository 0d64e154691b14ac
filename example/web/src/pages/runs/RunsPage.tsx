import { useParams } from "react-router";
import { OneRun } from "./OneRun.js";
import { Overview } from "./Overview.js";
import { RunBoundary } from "./RunBoundary.js";
import { ThreadRuns } from "./ThreadRuns.js";
import classes from "./runs.module.css";

/** Where each run stands, and of one of them everything that is kept. */
export default function RunsPage() {
  const { threadId, runId } = useParams();
  return (
    <div className={classes.page}>
      <RunBoundary key={`${threadId} ${runId}`}>
        {threadId === undefined ? (
          <Overview />
        ) : runId === undefined ? (
          <ThreadRuns threadId={threadId} />
        ) : (
          <OneRun runId={runId} threadId={threadId} />
        )}
      </RunBoundary>
    </div>
  );
}
