/** Macros around classes and functions: the C++ grammar takes them for the name or for a type. */
const CLASS_MACRO = /(\b(?:class|struct|union|enum class)[ \t]+)([A-Z][A-Z0-9_]{3,}(?:\([^()\n]*\))?)(?=[ \t]+[A-Za-z_][\w:]*(?:<[^<>\n]*>)?\s*(?:final\s*)?[:{])/g;
/** At the start of a line, before what begins with a word: `GTEST_API_ int x;`, `FMT_API void f();`. */
const LEADING_MACRO = /^([ \t]*(?:(?:template\b[^\n]*>|extern|static|inline|virtual|explicit|friend|constexpr)[ \t]+)*)((?:[A-Z][A-Z0-9]*_)+(?:API|EXPORT|EXPORTS|PUBLIC|LOCAL|EXTERN|INLINE|ALWAYS_INLINE|FORCE_INLINE|FUNC|DECL|CONSTEXPR|CONSTEXPR14|CONSTEXPR20|NORETURN|DEPRECATED|NODISCARD|NOINLINE)_?)(?=[ \t]+[A-Za-z_])/gm;
/** Annotations of lock checkers between a head and its body. */
const LOCK_MACRO = /(\)\s*(?:const\s*)?)((?:[A-Z][A-Z0-9]*_)*(?:LOCK_EXCLUDED|EXCLUSIVE_LOCK_REQUIRED|LOCKS_EXCLUDED|REQUIRES|ACQUIRE|RELEASE|EXCLUDES|GUARDED_BY|NO_THREAD_SAFETY_ANALYSIS)_?(?:\([^()\n]*\))?)(?=\s*[{;])/g;

/** The text with those macros blanked out; offsets stay. */
export function prepareCpp(text: string): string {
  const blanked = (_: string, before: string, macro: string): string => before + ' '.repeat(macro.length);
  return text.replace(CLASS_MACRO, blanked).replace(LEADING_MACRO, blanked).replace(LOCK_MACRO, blanked);
}
