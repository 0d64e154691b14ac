import { rendering } from "./rendering/dom18.js";
import { describeRendering } from "./rendering/suite.js";

describeRendering(rendering, { major: "18", hasDocument: true });
