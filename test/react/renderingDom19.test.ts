import { rendering } from "./rendering/dom19.js";
import { describeHarness, describeHooks } from "./rendering/suite.js";

const renderer = rendering();
describeHarness(renderer, { major: "19", hasDocument: true });
describeHooks(renderer);
