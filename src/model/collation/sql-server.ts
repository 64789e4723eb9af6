/**
 * Keys as Microsoft SQL Server is documented to compare under a collation that ignores case, width and the kind of kana,
 * and keeps accents. Not run against SQL Server.
 */

/** From ぁ and ゝ to ァ and ヽ. */
const KATAKANA = 0x60;

/** Returns a text without differences of case, width and kana. A sigma has one lower case, wherever it stands. */
export const foldSqlServer = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .replace(/[\u3041-\u3096\u309d\u309e]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + KATAKANA));
