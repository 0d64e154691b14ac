import { Badge, Container, Stack, Tabs, Text, Title } from "@mantine/core";
import { IconChecklist, IconListDetails, IconNotes, IconSearch, type Icon } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { formatCount } from "../../shell/formats.js";
import { BlocksTab } from "./blocks/BlocksTab.js";
import { FactsTab } from "./facts/FactsTab.js";
import classes from "./memory.module.css";
import { RecallTab } from "./recall/RecallTab.js";
import { ReviewTab } from "./review/ReviewTab.js";

type Tab = { title: string; icon: Icon; Content: ComponentType };

const TABS: Readonly<Record<string, Tab>> = {
  facts: { title: "Facts", icon: IconListDetails, Content: FactsTab },
  review: { title: "Review", icon: IconChecklist, Content: ReviewTab },
  blocks: { title: "Blocks", icon: IconNotes, Content: BlocksTab },
  recall: { title: "Recall", icon: IconSearch, Content: RecallTab },
};

/** What is known, and how it is found: four tabs, each with an address of its own. */
export default function MemoryPage() {
  const { tab: name = "" } = useParams();
  const navigate = useNavigate();
  const counted = useResult(api.knowledge.countFacts, { scope: "user" });
  const open = Object.hasOwn(TABS, name) ? TABS[name] : undefined;
  if (open === undefined) return <Navigate to="/memory/facts" replace />;
  const waiting = counted.kind === "ready" ? counted.value.candidate : 0;
  return (
    <Container size="lg" py="lg">
      <Stack gap="lg">
        <div>
          <Title order={1} size="h2">
            Memory
          </Title>
          <Text c="dimmed">What the researcher knows beyond what was said, and how it finds it.</Text>
        </div>
        <Tabs value={name} onChange={(next) => void navigate(`/memory/${next}`)} keepMounted={false}>
          <Tabs.List className={classes["tabs"]}>
            {Object.entries(TABS).map(([value, { title, icon: TabIcon }]) => (
              <Tabs.Tab
                key={value}
                value={value}
                leftSection={<TabIcon size={16} stroke={1.5} aria-hidden />}
                rightSection={value === "review" && waiting > 0 && <Waiting count={waiting} />}
              >
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={name} pt="lg">
            <PageBoundary place={name}>
              <open.Content />
            </PageBoundary>
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </Container>
  );
}

function Waiting({ count }: { count: number }) {
  return (
    <Badge size="sm" circle={count < 10} aria-label={`${formatCount(count)} wait`}>
      {formatCount(count)}
    </Badge>
  );
}
