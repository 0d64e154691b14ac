import { rendering } from "./rendering/bare19.js";
import { describeMemoryHooks } from "./rendering/memoryHooks.js";

describeMemoryHooks(rendering());
