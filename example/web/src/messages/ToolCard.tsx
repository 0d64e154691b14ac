import { Collapse, Loader, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconBan, IconCheck, IconChevronRight, IconHandStop } from "@tabler/icons-react";
import { use, useId } from "react";
import classes from "./messages.module.css";
import type { ToolPart } from "./parts.js";
import { ToolDetails } from "./ToolDetails.js";
import { ToolSlotContext } from "./toolSlot.js";
import { progressOf, toolWords, type ToolProgress } from "./toolWords.js";

/** A call of a tool in a line; what went in, what came out and how long it took beneath, for who wants to know. */
export function ToolCard({ part, runId }: { part: ToolPart; runId: string | undefined }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const slot = use(ToolSlotContext);
  const waiting = slot?.(part, runId) ?? null;
  const progress = waiting === null ? progressOf(part) : "asks";
  const { action, about } = toolWords(part, progress === "done");
  return (
    <div className={classes.tool} data-tool={part.toolName} data-progress={progress}>
      <UnstyledButton className={classes.toolHead} onClick={toggle} aria-expanded={isOpen} aria-controls={id}>
        <ProgressIcon progress={progress} />
        <span>{action}</span>
        {about !== "" && (
          <span className={classes.toolAbout} dir="auto">
            {about}
          </span>
        )}
        {SAID[progress] !== undefined && <span>· {SAID[progress]}</span>}
        <IconChevronRight className={classes.chevron} data-open={isOpen} size={14} aria-hidden />
      </UnstyledButton>
      <Collapse expanded={isOpen} id={id}>
        {isOpen && <ToolDetails part={part} runId={runId} />}
      </Collapse>
      {waiting}
    </div>
  );
}

/** What is said of a call beside what it does; its icon alone tells nobody who does not see it. */
const SAID: Readonly<Partial<Record<ToolProgress, string>>> = {
  asks: "waits for you",
  failed: "failed",
  denied: "not allowed",
};

function ProgressIcon({ progress }: { progress: ToolProgress }) {
  switch (progress) {
    case "running":
      return <Loader size={14} role="img" aria-label="Under way" />;
    case "asks":
      return <IconHandStop size={16} stroke={1.5} aria-hidden />;
    case "done":
      return <IconCheck size={16} stroke={1.5} aria-hidden />;
    case "failed":
      return <IconAlertTriangle size={16} stroke={1.5} aria-hidden />;
    case "denied":
      return <IconBan size={16} stroke={1.5} aria-hidden />;
  }
}
