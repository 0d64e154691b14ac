// Conversations to recall from: one user talks with the same few people again and again, who tell facts on the way,
// among talk that shares their words. Questions ask for the facts in other words. All of it is made up here from a seed.
import { seededRandom, shuffled } from "../../host/random.js";
import { wordMaker } from "./words.js";

/** Something said. `text` is what was said; sides that know no speakers get it with the name before. */
export type SaidMessage = { speaker: string; text: string; saidAt: number };
/** A question whose one answer stands in the message at `[conversation, message]`. */
export type AskedQuestion = { query: string; conversation: number; message: number };
/** `facts` are all that was told, as questions; the same question of two conversations has two answers. */
export type Conversation = { messages: SaidMessage[]; facts: AskedQuestion[] };

export const CONVERSATION_MESSAGES = 100;
/** Facts of a conversation that are asked for; the others are there to be mistaken for them. */
const QUESTIONS_PER_CONVERSATION = 2;
const FRIENDS = 15;
const SESSION_MESSAGES = 20;
const SEED = 71;
const START = Date.UTC(2025, 0, 6, 18);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const LISTS = {
  animal: ["parrot", "tortoise", "greyhound", "rabbit", "kitten", "hedgehog", "goat", "pony"],
  colour: ["turquoise", "crimson", "ochre", "lavender", "charcoal", "ivory", "emerald", "mustard"],
  room: ["kitchen", "hallway", "bedroom", "attic", "garage", "study", "cellar", "nursery"],
  place: ["Lisbon", "Tromsø", "Kyoto", "Galway", "Ljubljana", "Valparaíso", "Tbilisi", "Québec"],
  food: ["walnuts", "shellfish", "celery", "sesame", "strawberries", "mustard seeds", "rye", "lupins"],
  job: ["carpenter", "midwife", "translator", "beekeeper", "surveyor", "pharmacist", "glazier", "baker"],
  workplace: [
    "harbour office",
    "city library",
    "old brewery",
    "observatory",
    "bus depot",
    "museum",
    "hospital",
  ],
  event: ["half marathon", "chess tournament", "choir festival", "triathlon", "pottery fair", "regatta"],
  thing: ["ladder", "telescope", "sewing machine", "tent", "cello", "wheelbarrow", "typewriter", "projector"],
  instrument: ["accordion", "oboe", "banjo", "harpsichord", "trombone", "ukulele", "bassoon", "zither"],
  month: ["January", "March", "April", "June", "July", "September", "October", "December"],
  relative: ["sister", "uncle", "neighbour", "cousin", "landlady", "nephew", "grandmother", "flatmate"],
} as const;
type Words = Record<keyof typeof LISTS, string> & { day: number; name: string };

/** A fact as it is told in the first person, and as another asks for it later: inflected otherwise, with the name. */
const FACT_KINDS: { told: (words: Words) => string; asked: (words: Words) => string }[] = [
  {
    told: ({ animal, place, relative }) =>
      `My ${relative} and I adopted a ${animal} from the shelter near ${place}, it sleeps all day.`,
    asked: ({ name, place }) => `Which pet is ${name} adopting from the ${place} shelters?`,
  },
  {
    told: ({ room, colour, month }) => `Painted the ${room} in ${month}. It is ${colour} now, and I like it.`,
    asked: ({ name, room }) => `What colour did ${name} choose when painting the ${room}?`,
  },
  {
    told: ({ place, day, month }) => `The tickets are booked: I fly to ${place} on ${day} ${month}.`,
    asked: ({ name, day, month }) => `Where does ${name}'s flight go on the ${day}th of ${month}?`,
  },
  {
    told: ({ food, month }) => `Since ${month} the doctor says I am allergic to ${food}.`,
    asked: ({ name }) => `Which allergies of ${name} did the doctors find?`,
  },
  {
    told: ({ job, workplace, month }) => `I was hired by the ${workplace} as a ${job}, starting in ${month}.`,
    asked: ({ name, workplace }) => `As what is the ${workplace} hiring ${name}?`,
  },
  {
    told: ({ event, day, month }) => `I signed up for the ${event} on ${day} ${month}, wish me luck.`,
    asked: ({ name, day, month }) =>
      `For what has ${name} been signing up that takes place on ${month} ${day}?`,
  },
  {
    told: ({ thing, relative, month }) => `I lent the ${thing} to my ${relative} until ${month}.`,
    asked: ({ name, thing }) => `Who is borrowing the ${thing} that ${name} lends out?`,
  },
  {
    told: ({ instrument, relative, month }) =>
      `Since ${month} my ${relative} teaches me the ${instrument} every Tuesday evening.`,
    asked: ({ name, relative }) => `Which instrument is ${name}'s ${relative} teaching on Tuesdays?`,
  },
];

/** Talk that tells nothing, in the words of the facts and the questions. */
const TALK: ((words: Words) => string)[] = [
  ({ colour, place }) => `Did you see the pictures from ${place}? The sky was almost ${colour}.`,
  ({ room }) => `Sorry for the noise, somebody is moving furniture in the ${room}.`,
  ({ food }) => `The market had fresh ${food} today, but the queue was too long for me.`,
  ({ thing }) => `Do you still need that ${thing} or may I put it away?`,
  ({ job }) => `A friend of ours wants to become a ${job}, can you imagine?`,
  ({ event }) => `They talked about the ${event} on the radio all morning.`,
  ({ animal }) => `There was a ${animal} in the park and all the children ran after it.`,
  ({ instrument }) => `Someone upstairs plays the ${instrument}, always the same three notes.`,
  ({ day, month }) => `Is ${day} ${month} a holiday? I never know.`,
  ({ relative }) => `My ${relative} says hello and asks when you will come by.`,
  ({ workplace }) => `I walked past the ${workplace} yesterday, they have new windows.`,
  () => "Ha, that is so true. I laughed about it on the whole way home.",
  () => "Good morning! Did you sleep well after all that?",
  () => "I have to go now, let us talk again tomorrow evening.",
];

const nameOf = (person: number): string => {
  const name = wordMaker(SEED + 10_000 + person, [5, 8])();
  return name.charAt(0).toUpperCase() + name.slice(1);
};
/** Whose conversations all of them are. */
const USER_NAME = nameOf(0);

/** A conversation of the user with a friend, the same for the same number in every run. */
export function makeConversation(number: number): Conversation {
  const random = seededRandom(SEED + number);
  const names = [USER_NAME, nameOf(1 + (number % FRIENDS))];
  const speakerAt = (message: number) => names[message % names.length] ?? "";
  const places = shuffled(
    Array.from({ length: CONVERSATION_MESSAGES }, (_unused, index) => index),
    random,
  );
  const told = new Map<number, string>();
  const facts = shuffled(FACT_KINDS, random).map((kind, index) => {
    const message = places[index] ?? 0;
    const words = { ...pickWords(random), name: speakerAt(message) };
    told.set(message, kind.told(words));
    return { query: kind.asked(words), conversation: number, message };
  });
  const messages = Array.from({ length: CONVERSATION_MESSAGES }, (_unused, message) => ({
    speaker: speakerAt(message),
    text: told.get(message) ?? pick(TALK, random)({ ...pickWords(random), name: "" }),
    saidAt: timeOf(number, message),
  }));
  return { messages, facts };
}

/**
 * Some facts of each of the first conversations. Left out are those whose question has two answers, and those that
 * someone else told in the very same words: no side is to be credited with the wrong message.
 */
export function makeQuestions(conversations: number): AskedQuestion[] {
  const all = Array.from({ length: conversations }, (_unused, number) => makeConversation(number));
  const times = new Map<string, number>();
  const textOf = (message: number, messages: SaidMessage[]) => messages[message]?.text ?? "";
  for (const { messages, facts } of all)
    for (const text of facts.flatMap(({ query, message }) => [query, textOf(message, messages)]))
      times.set(text, (times.get(text) ?? 0) + 1);
  return all.flatMap(({ messages, facts }) =>
    facts
      .filter(({ query, message }) =>
        [query, textOf(message, messages)].every((text) => times.get(text) === 1),
      )
      .slice(0, QUESTIONS_PER_CONVERSATION),
  );
}

/** What a side stores that has no field for who speaks. */
export const withSpeaker = ({ speaker, text }: SaidMessage): string => `${speaker}: ${text}`;

const timeOf = (conversation: number, message: number): number =>
  START +
  (7 * conversation + Math.floor(message / SESSION_MESSAGES)) * DAY_MS +
  (message % SESSION_MESSAGES) * MINUTE_MS;

const pick = <T>(items: readonly T[], random: () => number): T => items[Math.floor(random() * items.length)]!;

function pickWords(random: () => number): Omit<Words, "name"> {
  const words = Object.entries(LISTS).map(([list, items]) => [list, pick<string>(items, random)]);
  return {
    ...(Object.fromEntries(words) as Record<keyof typeof LISTS, string>),
    day: 4 + Math.floor(random() * 16),
  };
}
