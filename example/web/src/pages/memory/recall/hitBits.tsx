import { ActionIcon, Anchor, Group, Text } from "@mantine/core";
import {
  IconChevronDown,
  IconChevronUp,
  IconFileText,
  IconBulb,
  IconMessage,
  type Icon,
} from "@tabler/icons-react";
import { Link } from "react-router";
import type { RecallHit } from "../../../data/useRecall.js";
import { Moment } from "../../../text/Moment.js";
import { Passage } from "../../../text/Passage.js";
import { citationText, KIND_NAMES, sourceAddress } from "./recallWords.js";

const ICONS: Readonly<Record<RecallHit["kind"], Icon>> = {
  message: IconMessage,
  fact: IconBulb,
  chunk: IconFileText,
};
const SHOWN_LINES = 3;

/** What a hit is and how it is cited, as the way to its source. */
export function HitSource({ hit, number }: { hit: RecallHit; number?: number }) {
  const { kind, citation, at } = hit;
  const KindIcon = ICONS[kind];
  const address = sourceAddress(hit);
  const name = `${KIND_NAMES[kind]}: ${citationText(citation)}`;
  return (
    <Group gap={6} style={{ minWidth: 0 }}>
      {number !== undefined && (
        <Text span size="sm" c="dimmed">
          {number}.
        </Text>
      )}
      <KindIcon size={15} stroke={1.6} aria-hidden style={{ flexShrink: 0 }} />
      {address === null ? (
        <Text span size="sm" fw={500}>
          {name}
        </Text>
      ) : (
        <Anchor component={Link} to={address} size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Anchor>
      )}
      <Text span size="xs" c="dimmed">
        <Moment at={at} isDay />
      </Text>
    </Group>
  );
}

/** What a hit says, with the words of the question marked; whole, or its beginning. */
export function HitText({ hit, question, isWhole }: { hit: RecallHit; question: string; isWhole: boolean }) {
  return (
    <Passage question={question} lineClamp={isWhole ? undefined : SHOWN_LINES}>
      {hit.text}
    </Passage>
  );
}

type ExplainProps = { hit: RecallHit; isOpen: boolean; onToggle: () => void };

/** Opens and closes why a hit stands where it does. */
export function ExplainButton({ hit, isOpen, onToggle }: ExplainProps) {
  const ButtonIcon = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <ActionIcon
      variant="subtle"
      aria-expanded={isOpen}
      aria-label={`Why ${citationText(hit.citation)} was found`}
      onClick={onToggle}
    >
      <ButtonIcon size={16} aria-hidden />
    </ActionIcon>
  );
}
