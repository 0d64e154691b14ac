import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();
// Ten minutes into the day, so that what was summarised at its end is there.
crons.daily("digest of the day before", { hourUTC: 0, minuteUTC: 10 }, internal.digests.writeYesterday, {});
export default crons;
