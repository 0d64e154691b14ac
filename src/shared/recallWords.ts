/**
 * Function words and fillers of English. Nearly every text has them: in an index they only take room, and in a
 * question they would take the places of the few terms that a search reads.
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a about again ago all also am an and any are as at be because been before being both but by can could did do " +
    "does doing don done during each ever few for from further get getting got had has have having he her here hers " +
    "herself him himself his how i if in into is it its itself just kinda know let like ll made make many may me " +
    "might more most much my myself no nor not now of off ok on once only or other our ours ourselves out over own " +
    "per re really s same shall she should so some something such t than thanks that the their theirs them " +
    "themselves then there these they thing this those through to too under until up us ve very was way we well were " +
    "what when where which while who whom whose why will with without would yeah yes yet you your yours yourself " +
    "hey hi hello wow gonna d m"
  ).split(" "),
);

/**
 * Words that most long requests have, as their terms. A question of more terms than a search reads loses them first;
 * a shorter one keeps them.
 */
export const COMMON_TERMS: ReadonlySet<string> = new Set(
  (
    "abl actual ad alreadi alwai anoth anyth around ask back bit case chang come current dai detail differ even " +
    "everyth exampl explain find first follow give go good great help hope idea import includ instead issu keep kind " +
    "last later littl long look lot mai mean mention mayb need never new next one part person place pleas point " +
    "possibl problem provid put question quit rather right said sai see sens set share show start still stuff suggest " +
    "sure take talk tell thank think though time todai togeth tri two understand us use usual want week " +
    "wonder work world year"
  ).split(" "),
);

/** Irregular forms by their base: questions say "did she buy", answers say "bought", and no suffix rule sees it. */
const FORMS_BY_BASE = {
  be: "was were been",
  become: "became",
  begin: "began begun",
  bite: "bit bitten",
  blow: "blew blown",
  break: "broke broken",
  bring: "brought",
  build: "built",
  buy: "bought",
  catch: "caught",
  choose: "chose chosen",
  come: "came",
  deal: "dealt",
  draw: "drew drawn",
  dream: "dreamt",
  drink: "drank drunk",
  drive: "drove driven",
  eat: "ate eaten",
  fall: "fell fallen",
  feed: "fed",
  feel: "felt",
  fight: "fought",
  find: "found",
  fly: "flew flown",
  forget: "forgot forgotten",
  forgive: "forgave forgiven",
  freeze: "froze frozen",
  give: "gave given",
  go: "went gone",
  grow: "grew grown",
  hang: "hung",
  hear: "heard",
  hide: "hid hidden",
  hold: "held",
  keep: "kept",
  lead: "led",
  learn: "learnt",
  leave: "left",
  lend: "lent",
  lose: "lost",
  mean: "meant",
  meet: "met",
  pay: "paid",
  ride: "rode ridden",
  ring: "rang rung",
  rise: "rose risen",
  run: "ran",
  say: "said",
  see: "saw seen",
  seek: "sought",
  sell: "sold",
  send: "sent",
  shoot: "shot",
  show: "shown",
  sing: "sang sung",
  sit: "sat",
  sleep: "slept",
  speak: "spoke spoken",
  spend: "spent",
  stand: "stood",
  steal: "stole stolen",
  stick: "stuck",
  swim: "swam swum",
  take: "took taken",
  teach: "taught",
  tear: "tore torn",
  tell: "told",
  think: "thought",
  throw: "threw thrown",
  understand: "understood",
  wake: "woke woken",
  wear: "wore worn",
  win: "won",
  write: "wrote written",
  child: "children kid kids",
  man: "men",
  woman: "women",
  person: "people",
  foot: "feet",
  tooth: "teeth",
  mouse: "mice",
  life: "lives",
  wife: "wives",
  mom: "mother mum mothers moms",
  dad: "father fathers dads",
  grandma: "grandmother",
  grandpa: "grandfather",
  photo: "picture pic pics pictures photograph photos photographs",
  tv: "television",
  bike: "bicycle",
  movie: "film movies films",
};

/** The base of an irregular form. */
export const BASE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(FORMS_BY_BASE).flatMap(([base, forms]) => forms.split(" ").map((form) => [form, base])),
);
