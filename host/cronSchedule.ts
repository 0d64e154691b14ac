// When a cron of `cronJobs()` runs next, as Convex computes it. All times are UTC.
import type { CronJob } from "convex/server";
import { Cron } from "croner";

type Schedule = CronJob["schedule"];

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const MINUTES_OF_AN_HOUR = 60;
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/** Minute, hour, day of the month, month, day of the week; no seconds and no nicknames. */
const FIVE_FIELDS = /^\s*(?:[^\s@]+\s+){4}[^\s@]+\s*$/;

/** An expression that is none. */
export class CronExpressionError extends Error {}

/**
 * The time of the run after `previousAt`, in ms since the epoch; of the first run when there was none. An interval
 * begins at once and goes on from when each run was due; everything else follows the calendar. `name` picks the
 * minute where the app names none, as Convex spreads such crons over the hour. Throws `CronExpressionError`.
 */
export function nextRunAt(
  { name, schedule }: { name: string; schedule: Schedule },
  previousAt: number | null,
  now: number,
): number {
  if (schedule.type === "interval") return previousAt === null ? now : previousAt + intervalMs(schedule);
  const expression = expressionOf(schedule, minuteFor(name));
  if (!FIVE_FIELDS.test(expression))
    throw new CronExpressionError(
      `"${expression}" must have five fields: minute, hour, day, month, day of the week`,
    );
  const next = parse(expression).nextRun(new Date(previousAt ?? now));
  if (next === null) throw new CronExpressionError(`"${expression}" never comes`);
  return next.getTime();
}

/** As `nextRunAt` after a run that was due at `dueAt`: runs that lie in the past by now are left out. */
export function nextRunAfter(
  cron: { name: string; schedule: Schedule },
  dueAt: number,
  now: number,
): { nextAt: number; skipped: number } {
  let nextAt = nextRunAt(cron, dueAt, now);
  let skipped = 0;
  if (nextAt < now && cron.schedule.type === "interval") {
    skipped = Math.ceil((now - nextAt) / intervalMs(cron.schedule));
    nextAt += skipped * intervalMs(cron.schedule);
  }
  for (; nextAt < now; skipped++) nextAt = nextRunAt(cron, nextAt, now);
  return { nextAt, skipped };
}

function intervalMs(schedule: Extract<Schedule, { type: "interval" }>): number {
  if ("seconds" in schedule) return schedule.seconds * SECOND_MS;
  return "minutes" in schedule ? schedule.minutes * MINUTE_MS : schedule.hours * HOUR_MS;
}

function parse(expression: string): Cron {
  try {
    return new Cron(expression, { timezone: "UTC", mode: "5-part", paused: true });
  } catch (error) {
    throw new CronExpressionError(`"${expression}" is no cron expression: ${(error as Error).message}`);
  }
}

function expressionOf(schedule: Exclude<Schedule, { type: "interval" }>, ownMinute: number): string {
  if (schedule.type === "cron") return schedule.cron;
  const { minuteUTC = ownMinute } = schedule;
  switch (schedule.type) {
    case "hourly":
      return `${minuteUTC} * * * *`;
    case "daily":
      return `${minuteUTC} ${schedule.hourUTC} * * *`;
    case "weekly":
      return `${minuteUTC} ${schedule.hourUTC} * * ${DAYS.indexOf(schedule.dayOfWeek)}`;
    case "monthly":
      return `${minuteUTC} ${schedule.hourUTC} ${schedule.day} * *`;
  }
}

/** The same minute for the same name, spread over the hour. */
function minuteFor(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 1_000_003;
  return sum % MINUTES_OF_AN_HOUR;
}
