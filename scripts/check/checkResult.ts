/** What a check found; the output is shown when it failed. */
export interface CheckResult {
  passed: boolean;
  output: string;
}
