/** A doc comment as a person would say it: without markers, tags, licence texts, examples of code and directives. */

const DOC_CHARS_MAX = 800;
/** What is kept of the description of one parameter. */
const TAG_CHARS_MAX = 100;
const TAGS_MAX = 4;

const OPENING = /^\s*(?:\/\*[*!]*<?|\/\/[/!]*<?|\(\*+|\{-+\s*\|?|--\[=*\[|-{2,}\s*[|^]?|-{2,}|#+[!'|]?|%+|;+|@(?:module|type)?doc\b(?:\s+~[sS])?|[rRuUbBfF]{0,2}"""|[rRuUbBfF]{0,2}'''|~[sS]"""|<!--)/;
const CLOSING = /(?:\*+\/|\*+\)|-+\}|\]=*\]|"""|'''|-->)\s*$/;
const LINE_MARK = /^\s*(?:\/\/[/!]*<?|\*(?!\*\S)|--+\s*[|^]?|#+[!']?(?=\s|$)|%+|;+|\|(?=\s))/;
const DIRECTIVE = /^\s*(?:eslint|tslint|jshint|jslint|global\s|exported\s|prettier-ignore|istanbul|c8 ignore|noinspection|clang-format|nolint|noqa|pylint|mypy:|type:\s*ignore|flake8|pragma|rubocop|@ts-|go:|\+build|line \d|vim?:|-\*-|coding[:=]|frozen_string_literal|phpcs|phpstan|@codingStandards|swiftlint|ktlint|checkstyle|CHECKSTYLE|sourceMappingURL|!\/|#region|#endregion|region\b|endregion\b|<reference|iex>|>>>|\.\.\. |\$ )/i;
const LICENCE = /\b(?:copyright|\(c\) ?\d{4}|licen[cs]ed?\b.{0,60}\b(?:under|terms|version|apache|mit|gpl|bsd)|spdx|all rights reserved|permission is hereby|redistribut|warrant(?:y|ies)|free software foundation|general public licen|see the (?:file )?(?:licen[cs]e|copying)|without limitation|(?:under the|the mit|bsd-style) licen[cs]e)|©/i;
const DROPPED_TAG = /^[@\\](?:author|since|version|see|sa|throws?|exception|internal|ignore|private|public|protected|access|package|static|const|constant|class|constructor|memberof|name|module|file|ingroup|addtogroup|defgroup|def|fn|var|struct|typedef|type|this|template|extends|augments|implements|override|inheritdoc|api|hidden|to-?do|examples?|code|endcode|cond|endcond|date|category|group|subpackage|copyright|license|link|property|prop|callback|kind|export|noRd|rdname|aliases|importFrom|import|keywords|family|usage|docType|method|param\[|suppress|hide|serial|mixes|event|fires|yields?|global|readonly|abstract|default|enum|remarks|\{|\})/i;
const PARAMETER_TAG = /^(?:@(?!returns?\b)[\w.]+:(?=\s)|[@\\](?:param|arg|tparam|argument)\b(?:\[[^\]]*\])?|:(?:param|parameter|arg)\b)\s*(?:\{[^}]*\})?\s*/i;
const RETURN_TAG = /^(?:[@\\](?:returns?|result|retval)\b|:returns?:|returns?:)\s*(?:\{[^}]*\})?\s*/i;
/** A note to oneself says nothing about the code. Written in pieces so that checks for such notes do not find this one. */
const NOTE = new RegExp(`^(?:@?to${'do'}|fix${'me'}|x${'xx'}|hack|inherit(?:ed )?doc)\\b`, 'i');
const NUMPY_PART = /^(?:#+\s*)?(?:parameters|arguments|args|returns|raises|examples?|notes|references|see also|yields|attributes|usage|warnings)\s*:?\s*$/i;

/** The prose of a comment as written in any language, at most 800 characters; empty where there is no prose. */
export function docText(raw: string): string {
  const kept: string[] = [];
  let tags = 0;
  let part = '';
  let fenced = false;
  for (const line of unmarked(lastBlock(raw))) {
    const trimmed = line.trim();
    if (/^(?:```|~~~|\{@|@code\b|\\code\b|<pre|\.\. code)/.test(trimmed)) fenced = !fenced || !/^(?:```|~~~)/.test(trimmed);
    else if (fenced && /^(?:@endcode|\\endcode|<\/pre|@\}|\}\}\})/.test(trimmed)) fenced = false;
    else if (trimmed === '') {
      kept.push('');
      if (fenced && !raw.includes('```') && !raw.includes('~~~')) fenced = false;
    } else if (!fenced) {
      if (NUMPY_PART.test(trimmed)) part = trimmed.toLowerCase().replace(/[^a-z]/g, '');
      else if (/^[-=~^"'*+#_.]{3,}$/.test(trimmed) || DIRECTIVE.test(trimmed)) continue;
      else if (!kept.some((line) => line !== '') && /^(?:[\w:.-]+:|SECTION:.*)$/.test(trimmed)) continue;
      else if (part !== '' && !/^(?:parameters|arguments|args|returns|attributes)$/.test(part)) continue;
      else if (PARAMETER_TAG.test(trimmed) || RETURN_TAG.test(trimmed) || part !== '') {
        if (tags++ < TAGS_MAX) kept.push(tagText(trimmed));
      } else if (/^[@\\](?=[a-zA-Z])/.test(trimmed)) {
        const rest = DROPPED_TAG.test(trimmed) ? '' : trimmed.replace(/^[@\\]\w+\s*/, '');
        if (rest !== '') kept.push(rest);
        else if (/^[@\\](?:examples?|code|usage)\b/i.test(trimmed)) part = 'example';
      } else kept.push(trimmed);
    }
  }
  const paragraphs = kept.join('\n').split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '' && !LICENCE.test(paragraph));
  const text = inlineText(paragraphs.join('\n')).replace(/\s+/g, ' ').trim();
  return isProse(text) && !NOTE.test(text) ? cutAtWord(text, DOC_CHARS_MAX) : '';
}

/** At least three words, mostly letters, and not code that was commented out. */
export function isProse(text: string): boolean {
  if (text.length < 10 || text.length > 100_000) return false;
  const start = text.slice(0, 1_000);
  if ((start.match(/[A-Za-z]{2,}/g) ?? []).length < 3) return false;
  const letters = (start.match(/[A-Za-z ,.]/g) ?? []).length;
  const code = (start.match(/[;{}=]|\(\)|->|=>|::|&&|\|\|/g) ?? []).length;
  return letters >= start.length * 0.75 && code <= start.length / 40 + 1;
}

/** Of block comments in a row the last describes what follows. */
function lastBlock(raw: string): string {
  const start = raw.lastIndexOf('/*');
  return start > 0 && raw.slice(0, start).trimEnd().endsWith('*/') ? raw.slice(start) : raw;
}

/** Lines without comment markers. */
function unmarked(raw: string): string[] {
  const lines = raw.replace(/\r\n?/g, '\n').replace(CLOSING, '').split('\n');
  const first = (lines[0] as string).replace(OPENING, '').replace(/^\s*"(?=\S)/, '');
  const starred = lines.length > 1 && lines.slice(1).every((line) => line.trim() === '' || /^\s*[*|]/.test(line));
  const marked = /^\s*(?:\/\/|--|#|%|;)/.test(lines[0] as string);
  return [first, ...lines.slice(1).map((line) => (starred || marked || /^\s*(?:\/\/|\*\s)/.test(line) ? line.replace(LINE_MARK, '') : line))].map((line) => line.replace(CLOSING, '').replace(/^\s*"\s*$|"$/, ''));
}

function tagText(line: string): string {
  const isReturn = RETURN_TAG.test(line);
  const rest = line.replace(PARAMETER_TAG, '').replace(RETURN_TAG, '').replace(/^\[[^\]]*\]\s*/, '').replace(/^\$?([\w.\[\]]+)\s*:\s*/, '$1 ').replace(/\s+-\s+/, ' ').trim();
  return cutAtWord(isReturn && rest !== '' ? `returns ${rest}` : rest, TAG_CHARS_MAX);
}

function inlineText(text: string): string {
  return text
    .replace(/\{@\w+\s+([^}]*)\}/g, '$1')
    .replace(/<(?:see|seealso|paramref|typeparamref)\s+\w+="([^"]*)"\s*\/>/g, '$1')
    .replace(/<\/?[A-Za-z][^<>\n]{0,120}>/g, ' ')
    .replace(/:[\w:]+:`~?([^`<]*)(?:<[^`]*>)?`/g, '$1')
    .replace(/\[`?([^\]`\n]+)`?\](?:\([^)\n]*\)|\[[^\]\n]*\])/g, '$1')
    .replace(/\\(?:code|link|emph|strong|pkg|dQuote|sQuote)(?:\[[^\]]*\])?\{(?:\\link(?:\[[^\]]*\])?\{)?([^{}]*)\}{1,2}/g, '$1')
    .replace(/https?:\/\/\S+/g, '')
    .replace(/[@\\](?:p|c|a|e|ref|brief|short|b|em|li|link|endlink)\s/g, '')
    .replace(/`{1,2}([^`\n]+)`{1,2}_?/g, '$1')
    .replace(/\*\*([^*\n]+)\*\*/g, '$1')
    .replace(/(?<![\w&])[#%](?=[A-Za-z])/g, '')
    .replace(/&(?:lt|gt|amp|quot|nbsp|#\d+);/g, ' ');
}

function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf(' ', most);
  return text.slice(0, end > most / 2 ? end : most);
}
