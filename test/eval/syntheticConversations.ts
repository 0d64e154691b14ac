// Two conversations written for this test, in the format of LoCoMo.
type Line = [speaker: string, text: string, caption?: string];
type Question = { question: string; category: number; evidence: string[] };

const gardens: { date: string; lines: Line[] }[] = [
  {
    date: "9:05 am on 3 March, 2024",
    lines: [
      ["Ingrid", "Hi Tomas! Long time no see, how is the allotment?"],
      ["Tomas", "Slow, the soil is still frozen. I bought seeds for beetroot and kale though."],
      ["Ingrid", "Nice. Are you keeping the bees this year?"],
      ["Tomas", "Yes, two hives. Grandmother taught me how to handle them."],
      ["Ingrid", "I started a pottery course on Tuesday evenings."],
      ["Tomas", "Really? What have you made so far?"],
      ["Ingrid", "A wonky teapot, and a bowl for my cat Sesam.", "a blue bowl on a wooden table"],
      ["Tomas", "I would love one for my porridge."],
    ],
  },
  {
    date: "7:40 pm on 20 May, 2024",
    lines: [
      ["Tomas", "The bees swarmed last week! I found them in the neighbour's pear tree."],
      ["Ingrid", "Oh no, did you get them back?"],
      ["Tomas", "Yes, with a cardboard box and a lot of patience."],
      ["Ingrid", "My teacher asked me to sell mugs at the harbour market in June."],
      ["Tomas", "Congratulations! Who is your teacher again?"],
      ["Ingrid", "Her name is Marit Solheim, she ran a workshop in Bergen for thirty years."],
      ["Tomas", "I might visit the market with my sister Petra."],
    ],
  },
  {
    date: "1:15 pm on 2 September, 2024",
    lines: [
      ["Ingrid", "I sold forty mugs in one afternoon, can you believe it?"],
      ["Tomas", "Wonderful! What will you do with the money?"],
      ["Ingrid", "A kiln of my own, second hand, from a school that closed."],
      ["Tomas", "We harvested eleven kilos of honey.", "jars of golden honey on a shelf"],
      ["Ingrid", "Keep one for me. By the way, Sesam had to see the vet, she ate a wasp."],
      ["Tomas", "Poor thing. Is she all right?"],
      ["Ingrid", "She is fine, only offended."],
    ],
  },
];

const trains: { date: string; lines: Line[] }[] = [
  {
    date: "8:00 am on 11 January, 2024",
    lines: [
      ["Noor", "I have a new job as a conductor on the night train."],
      ["Felix", "Wow! Which line do you work on?"],
      ["Noor", "From Vienna to Rome, four nights a week."],
      ["Felix", "I am still repairing violins, the workshop moved to a cellar."],
      ["Noor", "Isn't it damp down there for the wood?"],
      ["Felix", "I run two dehumidifiers day and night."],
    ],
  },
  {
    date: "6:30 pm on 15 April, 2024",
    lines: [
      ["Felix", "A customer brought a cello from 1790, I was afraid to touch it."],
      ["Noor", "What was wrong with it?"],
      ["Felix", "A crack beside the bridge, and woodworm."],
      ["Noor", "Passengers left an accordion on my train, nobody has claimed it."],
      ["Felix", "I could teach you a tune on it!"],
      ["Noor", "Deal. I am allergic to practising, be warned."],
    ],
  },
];

/** A conversation as LoCoMo has it: keys by session, turns by their place. */
const sample = (id: string, sessions: typeof gardens, qa: Question[]) => ({
  sample_id: id,
  conversation: Object.fromEntries<unknown>(
    sessions.flatMap(({ date, lines }, session) => [
      [`session_${session + 1}_date_time`, date],
      [
        `session_${session + 1}`,
        lines.map(([speaker, text, caption], turn) => ({
          speaker,
          text,
          dia_id: `D${session + 1}:${turn + 1}`,
          ...(caption === undefined ? {} : { blip_caption: caption, query: "never indexed" }),
        })),
      ],
    ]),
  ),
  qa,
});

/** The data as a file holds it. */
export const syntheticConversations = [
  sample("gardens", gardens, [
    { question: "What is the name of Ingrid's cat?", category: 4, evidence: ["D1:7"] },
    { question: "Who taught Tomas about bees?", category: 4, evidence: ["D1:4"] },
    { question: "When did the bees swarm?", category: 2, evidence: ["D2:1"] },
    { question: "Where did Tomas find his swarm?", category: 4, evidence: ["D2:01"] },
    { question: "Who is Ingrid's pottery teacher?", category: 4, evidence: ["D2:6"] },
    { question: "What did Ingrid buy with the money from the mugs?", category: 1, evidence: ["D3:1; D3:3"] },
    { question: "How much honey did Tomas harvest in September?", category: 2, evidence: ["D:3:4"] },
    { question: "Why did the cat need a vet?", category: 4, evidence: ["D3:5"] },
    { question: "Would Ingrid enjoy sailing?", category: 3, evidence: ["D9:9"] },
  ]),
  sample("trains", trains, [
    { question: "Which route does Noor's night train take?", category: 4, evidence: ["D1:3"] },
    { question: "How does Felix keep his workshop dry?", category: 4, evidence: ["D1:6"] },
    { question: "What was damaged on the old cello?", category: 4, evidence: ["D2:3"] },
    { question: "Which instrument did passengers forget?", category: 5, evidence: ["D2:4"] },
  ]),
];
