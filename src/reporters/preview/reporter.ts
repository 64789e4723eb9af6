/** What a format of a preview is: a pure function of it, in pieces. */

import type { Preview } from '../../preview/preview.js';
import type { ReportOptions } from '../reporter.js';

export type PreviewOptions = Pick<ReportOptions, 'tool' | 'width' | 'hasColors' | 'isFile' | 'csvDelimiter' | 'mostRows'>;

export interface PreviewReporter {
  render(preview: Preview, options: PreviewOptions): Iterable<string>;
}
