/** The clock of an installation: what is due is queued by one of the processes that share the queue, and nothing here is done twice at once. */
import type { Log } from '../../base/mod.ts';
import { queueMasking, queueSymbols, tidyUp, Upkeep, type Service, type UpkeepRules } from '../../service/mod.ts';

export interface Schedule {
  readonly service: Service;
  readonly log: Log;
  /** Read at every turn, as settings may change. */
  readonly rules: () => UpkeepRules;
  readonly now?: () => Date;
  /** Milliseconds between two looks; a minute when absent. */
  readonly everyMillis?: number;
}

const LOOK_MILLIS = 60_000;
const TIDY_MILLIS = 86_400_000;
/** Who asks, as jobs and the log name it. */
const BY = 'schedule';

/** Looks every minute, from the first on. Disposing of it ends the looking; jobs that were queued go on. */
export function openSchedule({ service, log, rules, now = () => new Date(), everyMillis = LOOK_MILLIS }: Schedule): AsyncDisposable {
  const upkeep = new Upkeep();
  const tried = new Set<string>();
  const completed = new Set<string>();
  let tidied = 0;
  let looked = false;
  const look = async (): Promise<void> => {
    try {
      const { queue } = service;
      if (queue === null) return;
      const at = now();
      // Each process has a folder of uploads, and may have its own.
      if (at.getTime() - tidied >= TIDY_MILLIS) {
        await tidyUp(service, at);
        tidied = at.getTime();
      }
      if (!(await queue.isTurn('upkeep', 2.5 * everyMillis))) return;
      const open = await queueMasking(service, tried);
      if (open > 0) log('info', `${open} ${open === 1 ? 'repository was' : 'repositories were'} indexed without masking: the files are read again, and not answered from before.`);
      const repositories = await (await service.store()).meta.repositories();
      for (const { request, repository } of upkeep.due(repositories, at, rules())) await queue.add(request, { by: BY, repository });
      // At its start a server has better to do, and what is being indexed may complete it anyway.
      if (looked) await queueSymbols(service, completed, at);
      looked = true;
    } catch (error) {
      log('warn', `What is due could not be queued: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  let looking: Promise<void> = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, everyMillis);
  timer.unref();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      clearInterval(timer);
      await looking;
    },
  };
}
