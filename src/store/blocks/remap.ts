import { ByteReader, type ByteWriter } from '../../base/mod.ts';

/**
 * How the documents of one block are numbered in the merged block: by one offset where all of them live on,
 * else one by one, -1 for those that are dropped.
 */
export type Numbering = { readonly offset: number } | { readonly ordinals: Int32Array };

/** Where a merged posting list stands after some of its parts. */
export interface Joint {
  documentCount: number;
  /** The last ordinal written, -1 before the first. */
  last: number;
}

/** The low bits of a term posting's varint say its form; form 3 is followed by a byte. Plain lists have none. */
const FORMS = 4;
const FORM_WITH_BYTE = 3;

/** Adds one block's list to the merged one. `more`: another part follows, so the last ordinal must be known. */
export function appendPostings(
  out: ByteWriter, joint: Joint, bytes: Uint8Array, documentCount: number, numbering: Numbering, withForms: boolean, more: boolean,
): void {
  if ('offset' in numbering) appendShifted(out, joint, bytes, documentCount, numbering.offset, withForms, more);
  else appendRenumbered(out, joint, bytes, numbering.ordinals, withForms);
}

/** Differences stay what they are, except the first. */
function appendShifted(out: ByteWriter, joint: Joint, bytes: Uint8Array, documentCount: number, offset: number, withForms: boolean, more: boolean): void {
  const reader = new ByteReader(bytes);
  const scale = withForms ? FORMS : 1;
  const first = reader.varint();
  const form = first % scale;
  const shift = offset - joint.last - 1;
  out.varint(first + shift * scale);
  out.raw(bytes.subarray(reader.at));
  joint.documentCount += documentCount;
  if (!more) return;
  let last = offset + (first - form) / scale;
  if (form === FORM_WITH_BYTE) reader.at++;
  while (reader.at < bytes.length) {
    const value = reader.varint();
    const nextForm = value % scale;
    if (nextForm === FORM_WITH_BYTE) reader.at++;
    last += (value - nextForm) / scale + 1;
  }
  joint.last = last;
}

function appendRenumbered(out: ByteWriter, joint: Joint, bytes: Uint8Array, ordinals: Int32Array, withForms: boolean): void {
  const reader = new ByteReader(bytes);
  const scale = withForms ? FORMS : 1;
  let old = -1;
  while (reader.at < bytes.length) {
    const value = reader.varint();
    const form = value % scale;
    old += (value - form) / scale + 1;
    const detail = form === FORM_WITH_BYTE ? reader.byte() : -1;
    const ordinal = ordinals[old] as number;
    if (ordinal < 0) continue;
    out.varint((ordinal - joint.last - 1) * scale + form);
    if (detail >= 0) out.byte(detail);
    joint.last = ordinal;
    joint.documentCount++;
  }
}
