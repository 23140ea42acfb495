/** The program of the threads that index: files become facts on the floor below, and vectors by the static model beside it. */
import { serveTasks } from '../code/mod.ts';

serveTasks(async (model) => (await import('../embed/mod.ts')).openStaticModel(new URL(model)));
