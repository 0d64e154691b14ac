import { rendering } from "./rendering/dom19.js";
import { describeRendering } from "./rendering/suite.js";

describeRendering(rendering, { major: "19", hasDocument: true });
