/** The words of SQL in every common dialect: enough to tell names, strings, comments and brackets apart. */

export interface SqlToken {
  readonly type: 'word' | 'quoted' | 'string' | 'dollar' | 'mark' | 'comment';
  readonly start: number;
  readonly end: number;
  /** Upper case for words, the mark itself for marks, empty for the rest. */
  readonly word: string;
}

const TOKEN = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|#[ \t][^\n]*)|('[^']*(?:'|$))|("[^"]*"|`[^`]*`|\[[\p{L}_][^\]\n]*\])|(\$(\w*)\$[\s\S]*?(?:\$\5\$|$))|([\p{L}_@#][\p{L}\p{N}_$#@]*)|(\/\/|[();,.=$])/gu;
const DELIMITER_LINE = /^[ \t]*delimiter[ \t]+(\S+)/im;

/** All tokens of `text[from, to)`, comments too. Numbers and operators are left out. */
export function sqlTokens(text: string, from: number, to: number): SqlToken[] {
  const tokens: SqlToken[] = [];
  // Where MySQL scripts end statements by `$$`, dollars quote nothing.
  const dollarsQuote = !(DELIMITER_LINE.exec(text)?.[1] ?? '').startsWith('$$');
  TOKEN.lastIndex = from;
  for (let match = TOKEN.exec(text); match !== null && match.index < to; match = TOKEN.exec(text)) {
    const start = match.index;
    let end = start + match[0].length;
    if (match[1] !== undefined) tokens.push({ type: 'comment', start, end, word: '' });
    else if (match[2] !== undefined) tokens.push({ type: 'string', start, end, word: '' });
    else if (match[3] !== undefined) tokens.push({ type: 'quoted', start, end, word: '' });
    else if (match[6] !== undefined) {
      const cut = dollarsQuote ? -1 : match[6].indexOf('$$');
      if (cut > 0) TOKEN.lastIndex = end = start + cut;
      tokens.push({ type: 'word', start, end, word: text.slice(start, end).toUpperCase() });
    }
    else if (match[7] !== undefined) tokens.push({ type: 'mark', start, end, word: match[7] });
    else if (dollarsQuote) tokens.push({ type: 'dollar', start, end, word: '' });
    else {
      end = start + 2;
      tokens.push({ type: 'mark', start, end, word: '$$' });
      TOKEN.lastIndex = end;
    }
  }
  return tokens;
}

/** Words that are never names of something defined elsewhere. */
export const SQL_KEYWORDS: ReadonlySet<string> = new Set(
  `ADD AFTER ALL ALTER ALWAYS AND ANALYZE ANY ARRAY AS ASC ATOMIC AUTO_INCREMENT AUTOINCREMENT BEFORE BEGIN BETWEEN BIGINT
  BIGSERIAL BINARY BIT BLOB BOOL BOOLEAN BY BYTEA CALL CASCADE CASE CAST CHAR CHARACTER CHECK CLUSTERED COLLATE COLUMN COMMENT COMMIT
  CONCURRENTLY CONFLICT CONSTRAINT CREATE CROSS CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURSOR DATABASE DATE DATETIME DECIMAL
  DECLARE DEFAULT DEFERRABLE DEFINER DELETE DELIMITER DESC DETERMINISTIC DISTINCT DO DOMAIN DOUBLE DROP EACH ELSE ELSEIF ELSIF END
  ENGINE ENUM ESCAPE EXCEPT EXCEPTION EXEC EXECUTE EXISTS EXTENSION FALSE FETCH FIRST FLOAT FOR FOREIGN FROM FULL FUNCTION GENERATED
  GO GRANT GROUP HAVING IDENTITY IF ILIKE IMMUTABLE IN INDEX INNER INOUT INSERT INSTEAD INT INTEGER INTERSECT INTERVAL INTO IS JOIN
  JSON JSONB KEY LANGUAGE LAST LATERAL LEFT LIKE LIMIT LOCAL LOOP MATERIALIZED NATURAL NEW NEXT NO NOT NOTHING NULL NULLS NUMERIC
  NVARCHAR OF OFFSET OLD ON ONLY OR ORDER OUT OUTER OVER PARTITION PERFORM PLPGSQL PRECISION PRIMARY PROC PROCEDURE RAISE REAL RECURSIVE REFERENCES
  RENAME REPLACE RESTRICT RETURN RETURNING RETURNS REVOKE RIGHT ROLLBACK ROW ROWS SCHEMA SECURITY SELECT SEQUENCE SERIAL SET SETOF
  SMALLINT SQL STABLE START STORED STRICT TABLE TEMP TEMPORARY TEXT THEN TIME TIMESTAMP TIMESTAMPTZ TINYINT TO TRANSACTION TRIGGER
  TRUE TRUNCATE TYPE UNION UNIQUE UNSIGNED UPDATE USING UUID VALUES VARBINARY VARCHAR VARYING VIEW VIRTUAL VOID VOLATILE WHEN WHERE
  WHILE WINDOW WITH WITHOUT WORK ZONE`.split(/\s+/),
);
