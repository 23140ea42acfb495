/** migration: everything of one store in another one. Invariant: what is called a copy was read back and compared with its source. */
export { compareStores, type Compared, type Counts } from './compare.ts';
export { migrate, type Migrated, type MigrateOptions } from './migrate.ts';
