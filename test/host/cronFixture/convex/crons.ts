import { anyApi, cronJobs } from "convex/server";

const ticks = anyApi["ticks"]!;
const crons = cronJobs();
crons.interval("each six hours", { hours: 6 }, ticks["add"]!, { name: "interval" });
crons.daily("each day", { hourUTC: 8, minuteUTC: 30 }, ticks["add"]!, { name: "daily" });
crons.cron("on Mondays and Fridays", "0 12 * * 1,5", ticks["add"]!, { name: "cron" });
crons.monthly("each month", { day: 1, hourUTC: 0, minuteUTC: 0 }, ticks["fail"]!, {});
crons.weekly("slow", { dayOfWeek: "sunday", hourUTC: 3, minuteUTC: 0 }, ticks["wait"]!, {});
export default crons;
