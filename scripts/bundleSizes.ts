/** Prints what the entry points weigh that pages and functions load; the exit code is 1 when one is too heavy. */
import { checkBundleSizes } from "./check/bundleSizes.js";

const { passed, output } = await checkBundleSizes();
console.log(output);
process.exitCode = passed ? 0 : 1;
