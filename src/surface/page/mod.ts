/**
 * page: the search page, for people.
 *
 * Invariants: everything it loads comes from this package by this listener; its files are data of no caller, so they
 * need no token; its policy lets no script run but its own files, and no string become markup.
 */
export { mountPage, type PageOptions } from './mount.ts';
