import { defineApp } from "convex/server";
import ticker from "../ticker/convex/convex.config.js";

const app = defineApp();
app.use(ticker);
export default app;
