import { plural } from "../../../shell/formats.js";
import type { api } from "../../../api.js";

export type RerunCall = typeof api.rerun.run._args;
type RecallChanges = NonNullable<NonNullable<RerunCall["context"]>["recall"]>;
export type RecallScope = NonNullable<RecallChanges["scopes"]>[number];

/** Whose memory can be recalled from, in words. */
export const RECALL_SCOPES: readonly { value: RecallScope; label: string }[] = [
  { value: "thread", label: "This conversation" },
  { value: "user", label: "My own" },
  { value: "tenant", label: "My tenant’s" },
  { value: "agent", label: "The agent’s" },
];

/** What the form says; what is left as it was is not named to the model. */
export type RerunChoices = {
  instructions: string;
  model: string | null;
  temperature: number | "";
  maxOutputTokens: number | "";
  maxTokens: number | "";
  hasBlocks: boolean;
  hasSummary: boolean;
  hasRecalled: boolean;
  hasFacts: boolean;
  hasTail: boolean;
  hasTools: boolean;
  recallsAnew: boolean;
  recallTokens: number | "";
  /** Whose memory; none for that which the agent looks through. */
  recallScopes: RecallScope[];
};

export const asItWas = (instructions: string): RerunChoices => ({
  instructions,
  model: null,
  temperature: "",
  maxOutputTokens: "",
  maxTokens: "",
  hasBlocks: true,
  hasSummary: true,
  hasRecalled: true,
  hasFacts: true,
  hasTail: true,
  hasTools: true,
  recallsAnew: false,
  recallTokens: "",
  recallScopes: [],
});

/** What the call had that may be another. */
export type Was = { instructions: string; firstModel: string | undefined };

/** The arguments of the re-run, and in words what is another than it was. */
export function rerunOf(
  messageId: string,
  choices: RerunChoices,
  was: Was,
): { args: RerunCall; changes: string[] } {
  const instructions = choices.instructions === was.instructions ? undefined : choices.instructions;
  const model = choices.model === was.firstModel ? undefined : (choices.model ?? undefined);
  const { temperature, maxOutputTokens } = choices;
  return {
    args: {
      messageId,
      ...named({
        ...{ instructions, model },
        settings: unlessEmpty({ temperature: given(temperature), maxOutputTokens: given(maxOutputTokens) }),
        activeTools: choices.hasTools ? undefined : [],
        context: unlessEmpty(contextOf(choices)),
      }),
    },
    changes: [
      ...(instructions === undefined ? [] : ["other instructions"]),
      ...(model === undefined ? [] : [model]),
      ...(temperature === "" ? [] : [`temperature ${temperature}`]),
      ...(maxOutputTokens === "" ? [] : [`at most ${plural(maxOutputTokens, "token")} of answer`]),
      ...(choices.hasTools ? [] : ["no tools"]),
      ...contextChanges(choices),
    ],
  };
}

type Named<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Only the fields that are said. */
const named = <Fields extends object>(fields: Fields): Named<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Named<Fields>;

/** The same, and nothing where none is said. */
function unlessEmpty<Fields extends object>(fields: Fields): Named<Fields> | undefined {
  const said = named(fields);
  return Object.keys(said).length === 0 ? undefined : said;
}

const given = (value: number | ""): number | undefined => (value === "" ? undefined : value);
const left = (isShown: boolean): number | undefined => (isShown ? undefined : 0);

function contextOf(choices: RerunChoices) {
  const { hasRecalled, hasFacts, recallsAnew, recallTokens, recallScopes } = choices;
  const scopes = recallScopes.length === 0 ? undefined : recallScopes;
  const kinds = hasRecalled && !hasFacts ? ["message" as const, "chunk" as const] : undefined;
  const isAnew = hasRecalled && recallsAnew;
  return {
    maxTokens: given(choices.maxTokens),
    sections: unlessEmpty({
      blocks: left(choices.hasBlocks),
      summary: left(choices.hasSummary),
      recalled: left(hasRecalled),
      tail: left(choices.hasTail),
    }),
    recall: isAnew ? named({ scopes, kinds, maxTokens: given(recallTokens) }) : undefined,
    kinds: isAnew ? undefined : kinds,
  };
}

function contextChanges(choices: RerunChoices): string[] {
  const { hasRecalled, recallsAnew, maxTokens } = choices;
  return [
    ...(maxTokens === "" ? [] : [`${plural(maxTokens, "token")} of context`]),
    ...(choices.hasBlocks ? [] : ["no blocks"]),
    ...(choices.hasSummary ? [] : ["no summary"]),
    ...(hasRecalled ? [] : ["nothing recalled"]),
    ...(hasRecalled && !choices.hasFacts ? ["no facts"] : []),
    ...(choices.hasTail ? [] : ["no earlier messages"]),
    ...(hasRecalled && recallsAnew ? [anewWords(choices)] : []),
  ];
}

function anewWords({ recallTokens, recallScopes }: RerunChoices): string {
  const whose = RECALL_SCOPES.filter(({ value }) => recallScopes.includes(value)).map(({ label }) =>
    label.toLowerCase(),
  );
  return [
    whose.length === 0 ? "recalled anew" : `recalled anew from ${whose.join(", ")}`,
    ...(recallTokens === "" ? [] : [plural(recallTokens, "token")]),
  ].join(", ");
}
