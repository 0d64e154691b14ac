import { plural } from "../../../shell/formats.js";
import type { api } from "../../../api.js";

export type RerunCall = typeof api.rerun.run._args;

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
  const { hasRecalled, hasFacts, recallsAnew, recallTokens } = choices;
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
    recall: isAnew ? named({ kinds, maxTokens: given(recallTokens) }) : undefined,
    kinds: isAnew ? undefined : kinds,
  };
}

function contextChanges(choices: RerunChoices): string[] {
  const { hasRecalled, recallsAnew, recallTokens, maxTokens } = choices;
  return [
    ...(maxTokens === "" ? [] : [`${plural(maxTokens, "token")} of context`]),
    ...(choices.hasBlocks ? [] : ["no blocks"]),
    ...(choices.hasSummary ? [] : ["no summary"]),
    ...(hasRecalled ? [] : ["nothing recalled"]),
    ...(hasRecalled && !choices.hasFacts ? ["no facts"] : []),
    ...(choices.hasTail ? [] : ["no earlier messages"]),
    ...(hasRecalled && recallsAnew
      ? [recallTokens === "" ? "recalled anew" : `recalled anew, ${plural(recallTokens, "token")}`]
      : []),
  ];
}
