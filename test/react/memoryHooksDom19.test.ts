import { rendering } from "./rendering/dom19.js";
import { describeMemoryHooks } from "./rendering/memoryHooks.js";

describeMemoryHooks(rendering());
