import { rendering } from "./rendering/bare19.js";
import { describeHarness, describeHooks } from "./rendering/suite.js";

const renderer = rendering();
describeHarness(renderer, { major: "19", hasDocument: false });
describeHooks(renderer);
