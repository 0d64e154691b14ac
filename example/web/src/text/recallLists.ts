const NAMES: Readonly<Record<string, string>> = {
  lexical: "By words, in everything",
  human: "By words, in what people said",
  vector: "By meaning",
  standing: "Among standing instructions",
  ranked: "By all signals together",
  ofHumans: "By words alone, fused in",
};

/** What a list is called in which something that was recalled has a place. */
export const listName = (list: string): string => NAMES[list] ?? list;
