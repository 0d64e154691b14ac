import { rendering } from "./rendering/dom18.js";
import { describeHarness, describeHooks } from "./rendering/suite.js";

const renderer = rendering();
describeHarness(renderer, { major: "18", hasDocument: true });
describeHooks(renderer);
