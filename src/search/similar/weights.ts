/** Weights of the signals by which code is compared, learned by train/similar.ts. */
export const WORD_WEIGHTS: Readonly<Record<string, number>> = {
  'theme~theme cosine': 10, 'structure~structure cosine': 8, 'verbatim~verbatim covers': 4, 'comments~comments cosine': 4, 'structure~structure held': 6,
};
export const MEANING_WEIGHTS: Readonly<Record<string, number>> = WORD_WEIGHTS;
