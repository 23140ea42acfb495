/** Keys, tokens and passwords in texts: found by rules that are data, hidden behind as many stars. Pure functions. */
export { maskSecrets, searchesFor, type Masked, type Search } from './scan.ts';
