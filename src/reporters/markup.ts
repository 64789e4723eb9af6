/** Text inside XML and HTML: nothing in it can end what it stands in. */

import { printable } from './visible.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Returns a text that is safe between tags and in quoted attributes. It is not made visible. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** Returns a text with everything unseen spelled out, of characters that XML 1.0 allows, escaped. */
export function xmlText(text: string): string {
  return escapeMarkup(printable(text).replace(/[\uFFFE\uFFFF]/g, (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase()}⟩`));
}
