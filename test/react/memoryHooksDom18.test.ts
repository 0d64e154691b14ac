import { rendering } from "./rendering/dom18.js";
import { describeMemoryHooks } from "./rendering/memoryHooks.js";

describeMemoryHooks(rendering());
