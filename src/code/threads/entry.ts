/** A parse thread that makes facts alone. The product's threads make vectors too: their program is above, where models are known. */
import { serveTasks } from './serve.ts';

serveTasks(() => Promise.reject(new Error('these threads make no vectors')));
