import { anyApi, cronJobs } from "convex/server";

const crons = cronJobs();
crons.hourly("each hour", { minuteUTC: 15 }, anyApi["own"]!["tick"]!, {});
export default crons;
