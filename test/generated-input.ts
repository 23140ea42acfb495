/** Values that a field of an operation allows, for tests by generated input. */
import fc from 'fast-check';
import type { Field } from '../src/service/mod.ts';

/** `text` and `texts` say what stands for free texts; everything else follows from the field. */
export function allowed(field: Field, text: fc.Arbitrary<unknown>, texts: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'text':
      return text;
    case 'texts':
      return texts;
    case 'integer':
      return fc.integer({ min: field.least, max: field.most });
    case 'flag':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...field.values);
    case 'choices':
      return fc.array(fc.constantFrom(...field.values), { minLength: 1, maxLength: 3 });
  }
}
