import { BarChart } from "@mantine/charts";
import "@mantine/charts/styles.css";
import { Button, Card, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useId } from "react";
import { formatCompact, formatMoney } from "../../shell/formats.js";
import { Swatch, useSeriesFills } from "./seriesColours.js";
import { formatMeasure, formatPoint } from "./pointTexts.js";
import classes from "./usage.module.css";
import { DIMENSION_LABELS, EVERY_LABELS, MEASURE_LABELS } from "./usageLabels.js";
import { UsagePoints } from "./UsagePoints.js";
import type { Series, ShownChart } from "./usageSeries.js";

const HEIGHT_PX = 280;

/** Bars over time, with the same in a table: for exact numbers, and for who sees no chart. */
export function UsageChart(shown: ShownChart) {
  const { chart, by, every, measure, currency } = shown;
  const [isOpen, { toggle }] = useDisclosure(false);
  const [titleId, tableId] = [useId(), useId()];
  const fills = useSeriesFills();
  const data = chart.bars.map(({ at, values }) => ({
    at: formatPoint(at, every),
    ...Object.fromEntries(values.map((value, place) => [String(place), value])),
  }));
  const axis = (value: number) => (measure === "cost" ? formatMoney(value, currency) : formatCompact(value));
  return (
    <Card withBorder padding="md" component="figure" className={classes["chart"]} aria-labelledby={titleId}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4" id={titleId}>
            {MEASURE_LABELS[measure]} by {EVERY_LABELS[every].toLowerCase()} and{" "}
            {DIMENSION_LABELS[by].toLowerCase()}
          </Title>
          <Button variant="default" size="xs" onClick={toggle} aria-expanded={isOpen} aria-controls={tableId}>
            {isOpen ? "Hide the table" : "Show as a table"}
          </Button>
        </Group>
        {fills.definitions}
        <div role="img" aria-label={describe(shown)} ref={keepOffTheTabKey}>
          <BarChart
            h={HEIGHT_PX}
            data={data}
            dataKey="at"
            type="stacked"
            series={chart.series.map(({ label }, place) => ({
              name: String(place),
              label,
              color: fills.colourOf(place),
            }))}
            barProps={({ name }) => ({ fill: fills.fillOf(Number(name)) })}
            valueFormatter={(value) => formatMeasure(value, measure, currency)}
            yAxisProps={{ width: 72, tickFormatter: axis }}
            xAxisProps={{ minTickGap: 24 }}
            maxBarWidth={48}
            accessibilityLayer={false}
          />
        </div>
        <Legend series={chart.series} fillOf={fills.fillOf} />
        {every !== "hour" && (
          <Text size="xs" c="dimmed">
            Days and months begin at midnight UTC.
          </Text>
        )}
        <Collapse expanded={isOpen} id={tableId}>
          <UsagePoints {...shown} />
        </Collapse>
      </Stack>
    </Card>
  );
}

function Legend({ series, fillOf }: { series: readonly Series[]; fillOf: (place: number) => string }) {
  return (
    <Group gap="md" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
      {series.map(({ key, label }, place) => (
        <Group key={key} gap={6} wrap="nowrap" component="li">
          <Swatch fill={fillOf(place)} />
          <Text size="sm">{label}</Text>
        </Group>
      ))}
    </Group>
  );
}

/** What there is to see, for who does not. */
function describe({ chart, every, measure, currency }: ShownChart): string {
  const highest = chart.bars.reduce((most, bar) => (bar.total > most.total ? bar : most), chart.bars[0]!);
  const named = chart.series.map(({ label, total }) => `${label} ${formatMeasure(total, measure, currency)}`);
  return `Bar chart. Most in ${formatPoint(highest.at, every)}: ${formatMeasure(highest.total, measure, currency)}. In all: ${named.join(", ")}. The table below has every number.`;
}

/**
 * Each layer of a drawing is the root of a portal, to which React adds listeners for focus: Chromium takes that for a stop
 * of the Tab key. The table is for the keyboard, a drawing has nothing to press.
 */
function keepOffTheTabKey(root: HTMLElement | null) {
  if (root === null) return;
  const apply = () =>
    root
      .querySelectorAll("[class^=recharts-zIndex-layer]:not([tabindex])")
      .forEach((each) => each.setAttribute("tabindex", "-1"));
  apply();
  const observer = new MutationObserver(apply);
  observer.observe(root, { childList: true, subtree: true });
  return () => observer.disconnect();
}
