export { sweepDocument } from "./documentSweep.js";
