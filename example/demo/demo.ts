import { ConvexError } from "convex/values";
import type { HostProcess, HostSettings } from "../../host/hostProcess.js";
import { api } from "../convex/_generated/api.js";
import { prepareAccount } from "./admin.js";
import type { DemoArguments } from "./arguments.js";
import { ask, type Answer } from "./ask.js";
import { budgetProblems, spendBudget, type BudgetReport } from "./budget.js";
import { costProblems, readCosts, tellCosts, type CostReport } from "./costs.js";
import { askThroughCrash, CRASH_ENVIRONMENT, type CrashReport } from "./crash.js";
import { databaseFile } from "./database.js";
import { DemoError } from "./demoError.js";
import type { SkippedFile, SourceFile } from "./folder.js";
import { Hosts } from "./hosts.js";
import { ingestFiles, type IngestResult } from "./ingest.js";
import { sumUsage, type UsageReport } from "./ledger.js";
import { showMemory, type MemoryReport } from "./memory.js";
import { questions } from "./questions.js";
import { tellMemory, tellTimelines, tellUsage } from "./report.js";
import type { Screen } from "./screen.js";
import { connect, SUBJECTS, type Role, type Session } from "./session.js";
import { readDocuments } from "./sources.js";
import { readTables, type Asked } from "./tables.js";
import { answerProblems, crashProblems, ingestProblems, memoryProblems } from "./verdict.js";

export type DemoResult = {
  model: { chat: string; embedding: string };
  ingest: IngestResult;
  skipped: SkippedFile[];
  answers: Answer[];
  usage: UsageReport;
  costs: CostReport;
  /** Null without `--budget`. */
  budget: BudgetReport | null;
  crash: CrashReport | null;
  memory: MemoryReport;
  hostPeakBytes: number | null;
  /** What did not hold; empty when all is well. */
  problems: string[];
};

/** The question that the crash hits, counted from 0: some are answered before it and some after it. */
const CRASH_AT = 2;

/** Runs the whole demo on a host of its own, which is ended in any case. */
export async function runDemo(options: DemoArguments, screen: Screen): Promise<DemoResult> {
  const { files, skipped } = await readDocuments(options.documents, screen);
  // The fixed questions are about the fixed documents.
  const asked = [...(options.documents === null ? questions : []), ...options.ask];
  if (options.crash && asked.length === 0)
    throw new DemoError("--crash with --documents needs --ask as well.");
  const { budgetMicros: limitMicros } = options;
  const file = databaseFile(options.keep);
  const budget = limitMicros === null ? null : { subject: SUBJECTS.spender, limitMicros };
  await prepareAccount({ databaseFile: file, budget });
  const hosts = new Hosts({
    appDirectory: "example/convex",
    databaseFile: file,
    port: options.port,
    environment: options.crash ? CRASH_ENVIRONMENT : {},
  });
  try {
    const host = await hosts.start();
    const sessions: Session[] = [];
    const join = (role: Role) => {
      sessions.push(connect(host.url, screen, role));
      return sessions.at(-1)!;
    };
    const { crash, budgetMicros } = options;
    const presented = present({
      session: join("user"),
      join,
      hosts,
      host,
      files,
      asked,
      crash,
      budgetMicros,
    });
    const result = await Promise.race([presented, hosts.died]).finally(async () => {
      for (const { client } of sessions) await client.close();
    });
    return { ...result, skipped: [...skipped, ...result.ingest.skipped] };
  } finally {
    await hosts.stop();
  }
}

type Plan = {
  session: Session;
  /** Connects somebody else. */
  join: (role: Role) => Session;
  hosts: Hosts;
  host: HostProcess;
  files: SourceFile[];
  asked: string[];
  crash: boolean;
  budgetMicros: number | null;
};

async function present(plan: Plan): Promise<Omit<DemoResult, "skipped">> {
  const { session, join, hosts, files, budgetMicros } = plan;
  const { screen } = session;
  const model = await modelsOf(session);
  screen.line(`model: ${model.chat}; embeddings: ${model.embedding}`);
  const ingest = await ingestFiles(session, files);
  const { answers, crash } = await askAll(plan);
  const { report: memory, asked: askedMemory } = await showMemory(session, hosts);
  const budget = budgetMicros === null ? null : await spendBudget(join("spender"), budgetMicros);
  const all = [...answers, ...askedMemory];
  const usage = sumUsage(all.map(({ tables }) => tables));
  const costs = await readCosts(session);
  const hostPeakBytes = hosts.peakBytes();
  tellTimelines(screen, all);
  tellUsage(screen, usage);
  tellCosts(screen, costs);
  tellMemory(screen, hostPeakBytes);
  const problems = [
    ...(await ingestProblems(session, files, ingest)),
    ...(await Promise.all(all.map((each) => answerProblems(session, each.answer, each.tables)))).flat(),
    ...(crash === null ? [] : crashProblems(crash)),
    ...memoryProblems(memory),
    ...costProblems(costs),
    ...(budget === null ? [] : budgetProblems(budget)),
  ];
  return {
    model,
    ingest,
    answers: answers.map(({ answer }) => answer),
    usage,
    costs,
    budget,
    crash,
    memory,
    hostPeakBytes,
    problems,
  };
}

/** The models that the host's environment names; settings that make no sense are the caller's to mend. */
async function modelsOf({ client }: Session): Promise<DemoResult["model"]> {
  try {
    return await client.action(api.about.models, {});
  } catch (error) {
    const message = configurationProblem(error);
    throw message === null ? error : new DemoError(message);
  }
}

function configurationProblem(error: unknown): string | null {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  if (typeof data !== "object" || data === null || !("code" in data && "message" in data)) return null;
  return data.code === "MODEL_CONFIGURATION" ? String(data.message) : null;
}

async function askAll({ session, hosts, host, asked, crash: isCrash }: Plan) {
  const answers: Asked[] = [];
  let crash: CrashReport | null = null;
  const crashAt = isCrash ? Math.min(CRASH_AT, asked.length - 1) : null;
  const restart = (again: Partial<HostSettings>) => hosts.start(again);
  for (const [index, question] of asked.entries()) {
    let answer: Answer;
    if (index === crashAt)
      ({ answer, report: crash } = await askThroughCrash(session, question, { host, restart }));
    else answer = await ask(session, question);
    answers.push({ answer, tables: await readTables(session.client, answer.threadId) });
  }
  return { answers, crash };
}
