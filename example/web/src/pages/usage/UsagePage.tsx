import { Button, Container, Skeleton, Stack } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link } from "react-router";
import { APP_CURRENCY } from "../../shell/formats.js";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { EmptyState } from "../../shell/states.js";
import { Budgets } from "./Budgets.js";
import { Events } from "./Events.js";
import { People } from "./People.js";
import classes from "./usage.module.css";
import { UsageChart } from "./UsageChart.js";
import { UsageControls } from "./UsageControls.js";
import { UsageGroups } from "./UsageGroups.js";
import { UsageNotices } from "./UsageNotices.js";
import { chartOf } from "./usageSeries.js";
import { UsageTotals } from "./UsageTotals.js";
import { useAnswers, useUnpricedModels } from "./useAnswers.js";
import { useUsageView } from "./useUsageView.js";
import type { Span, UsageView } from "./usageView.js";

/** What the viewer, or for an admin their tenant, has used and what it cost; and the budgets. All of it live. */
export default function UsagePage() {
  const { view, span, change, isAdmin, now } = useUsageView();
  const place = JSON.stringify([view, span]);
  return (
    <Container size="xl" py="lg" className={classes["page"]}>
      <Stack gap="lg">
        <PageHeader
          title="Usage"
          description="Each call of a model, with its tokens and what it cost. Live from the ledger."
        />
        <UsageControls view={view} span={span} now={now} isAdmin={isAdmin} change={change} />
        <PageBoundary place={place}>
          <Answers view={view} span={span} />
        </PageBoundary>
        <PageBoundary place={place}>
          {view.whose === "tenant" ? (
            <People span={span} currency={APP_CURRENCY} now={now} />
          ) : (
            <Budgets currency={APP_CURRENCY} now={now} />
          )}
        </PageBoundary>
        <PageBoundary place={place}>
          <Events key={view.whose} whose={view.whose} span={span} currency={APP_CURRENCY} />
        </PageBoundary>
      </Stack>
    </Container>
  );
}

function Answers({ view, span }: { view: UsageView; span: Span }) {
  const { answered, isLoading } = useAnswers(view, span);
  const unpriced = useUnpricedModels(view, span, (answered?.summary.unpricedCalls ?? 0) > 0);
  const { measure } = view;
  const chart = useMemo(
    () => (answered === undefined ? null : chartOf(answered.series.points, { by: answered.by, measure })),
    [answered, measure],
  );
  if (answered === undefined || chart === null) return <Loading />;
  const { summary, by, every } = answered;
  return (
    <Stack gap="lg" aria-busy={isLoading} style={{ opacity: isLoading ? 0.6 : 1 }}>
      <UsageTotals summary={summary} />
      <UsageNotices summary={summary} unpriced={unpriced} />
      {summary.calls === 0 ? (
        <Nothing whose={answered.whose} />
      ) : (
        <>
          <UsageChart chart={chart} by={by} every={every} measure={measure} currency={summary.currency} />
          <UsageGroups summary={summary} by={by} measure={measure} />
        </>
      )}
    </Stack>
  );
}

function Nothing({ whose }: { whose: UsageView["whose"] }) {
  return (
    <EmptyState icon={IconChartBar} title="Nothing was used in this span">
      <Stack align="center" gap="sm">
        {whose === "mine"
          ? "Ask the researcher something, and what it cost shows here while it answers."
          : "Nobody of your tenant has asked anything in it."}
        <Button component={Link} to="/chat" variant="light">
          Ask something
        </Button>
      </Stack>
    </EmptyState>
  );
}

function Loading() {
  return (
    <Stack gap="lg" role="status" aria-label="Loading usage">
      <Skeleton h={110} />
      <Skeleton h={360} />
    </Stack>
  );
}
