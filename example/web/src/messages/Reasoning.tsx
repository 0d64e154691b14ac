import { Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBulb, IconChevronRight } from "@tabler/icons-react";
import { useId } from "react";
import classes from "./messages.module.css";
import { wholePartOf, type MessagePart } from "./parts.js";
import { useWholePart } from "./useWholePart.js";

type ReasoningPart = Extract<MessagePart, { type: "reasoning" }>;

/** What a model thought before it answered, folded away. */
export function Reasoning({ part }: { part: ReasoningPart }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const whole = isOpen ? wholePartOf(part.providerMetadata) : null;
  const { text } = useWholePart(part.text, whole);
  if (part.text.trim() === "") return null;
  return (
    <div className={classes.tool}>
      <UnstyledButton className={classes.toolHead} onClick={toggle} aria-expanded={isOpen} aria-controls={id}>
        <IconBulb size={16} stroke={1.5} aria-hidden />
        <span>{part.state === "streaming" ? "Thinking …" : "Thoughts"}</span>
        <IconChevronRight className={classes.chevron} data-open={isOpen} size={14} aria-hidden />
      </UnstyledButton>
      <Collapse expanded={isOpen} id={id}>
        <div className={classes.reasoning} dir="auto">
          {text}
        </div>
      </Collapse>
    </div>
  );
}
