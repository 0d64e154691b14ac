import { rendering } from "./rendering/bare19.js";
import { describeRendering } from "./rendering/suite.js";

describeRendering(rendering, { major: "19", hasDocument: false });
