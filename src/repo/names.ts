/**
 * File names are bytes. Inside this room a path is a "byte string": each unit of it is one byte (latin1), so that
 * sorting is byte order and patterns see the bytes that git sees. It becomes text only at the door.
 */
import { isUtf8 } from 'node:buffer';

const BEYOND_ASCII = /[\x80-\xff]/;

/** Whether the byte string is the same as its text. */
export function isPlain(path: string): boolean {
  return !BEYOND_ASCII.test(path);
}

/** What the file system functions take: the string itself, or its bytes. */
export function systemPath(path: string): string | Buffer {
  return isPlain(path) ? path : Buffer.from(path, 'latin1');
}

/** The byte string of a text. */
export function bytesOfText(text: string): string {
  return isPlainText(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

function isPlainText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** The text that stands for a byte string. Bytes that are no UTF-8 become %XX, and then `raw` holds the true bytes. */
export function displayName(path: string): { readonly text: string; readonly raw: Buffer | null } {
  if (isPlain(path)) return { text: path, raw: null };
  const raw = Buffer.from(path, 'latin1');
  if (isUtf8(raw)) return { text: raw.toString('utf8'), raw: null };
  return { text: escapeUndecodable(raw), raw };
}

function escapeUndecodable(raw: Buffer): string {
  let text = '';
  for (let at = 0; at < raw.length; ) {
    const lead = raw[at] as number;
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const piece = raw.subarray(at, at + length);
    if (piece.length === length && isUtf8(piece)) {
      text += piece.toString('utf8');
      at += length;
    } else {
      text += `%${lead.toString(16).toUpperCase().padStart(2, '0')}`;
      at += 1;
    }
  }
  return text;
}
