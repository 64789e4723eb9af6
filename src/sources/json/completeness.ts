/** Whether the pages of a list are complete: `pageInfo` proves it, or the list is refused; without `pageInfo` there is no proof. */

import type { Role } from '../../model/directory.js';
import type { Problems } from '../tables/problem.js';
import type { PageInfo } from './answers.js';

/** The file of a page. */
export interface PageFile {
  readonly path: string;
  readonly file: string;
}

interface Page extends PageFile {
  readonly rows: number;
  readonly info: PageInfo | undefined;
}

const LARGEST_PAGE = 50;

/** Returns where in the file a page states its position. */
const locationOf = ({ file, info }: Page) => ({ file, ...(info === undefined ? {} : { line: info.line, column: info.column }) });

/** One list in one or more files. */
export class PagedList {
  readonly #pages: Page[] = [];
  /** The number of the record after the last one so far. */
  #reached = 0;
  #filesLeft = 0;
  #isBroken = false;
  #isProved = false;
  /** True if it holds an inactive user. */
  hasInactive = false;
  readonly #members = new Set<string>();

  constructor(
    /** Name for messages: `the list of users`. */
    readonly what: string,
    /** Request that fetches it: `GET /rest/v1/users?includeInactive=true`. */
    readonly address: string,
  ) {}

  get isProved(): boolean {
    return this.#isProved;
  }

  get isUnproved(): boolean {
    return !this.#isBroken && !this.#isProved;
  }

  get firstPath(): string {
    return this.#pages[0]?.path ?? '';
  }

  addFile(): void {
    this.#filesLeft++;
  }

  /** Was this member in the list already. A repeated page usually means that another one is missing. */
  isRepeated(user: string): boolean {
    const { size } = this.#members;
    return this.#members.add(user).size === size;
  }

  /** Returns whether the rows of a page are to be read: those of a repeated page would be reported one by one. */
  begin(file: PageFile, info: PageInfo, problems: Problems): boolean {
    const end = info.startIndex + info.resultCount;
    // Pages almost always come in order, and there may be thousands of them.
    if (info.startIndex >= this.#reached) return true;
    const other = this.#pages.find(
      (page) => page.info !== undefined && info.startIndex < page.info.startIndex + page.info.resultCount && end > page.info.startIndex,
    );
    if (other?.info === undefined || this.#isBroken) return true;
    this.#refuse(
      { ...file, rows: 0, info },
      `records ${info.startIndex} to ${end - 1} are here, but ${other.path} holds ${other.info.startIndex} to ${other.info.startIndex + other.info.resultCount - 1} already. Remove one of the two files, and increase startAt by the number of records received when you fetch pages.`,
      problems,
    );
    return false;
  }

  end(page: Page, problems: Problems): void {
    this.#pages.push(page);
    if (page.info !== undefined) this.#reached = Math.max(this.#reached, page.info.startIndex + page.info.resultCount);
    if (page.info === undefined || page.info.resultCount === page.rows || this.#isBroken) return;
    this.#refuse(page, `resultCount says ${page.info.resultCount}, but the list here holds ${page.rows}; the file was changed, so fetch it again.`, problems);
  }

  /** Called after each file; after the last one, checks the list. */
  endFile(isRead: boolean, problems: Problems): void {
    if (!isRead) this.#isBroken = true;
    if (--this.#filesLeft > 0) return;
    this.#members.clear();
    if (!this.#isBroken) this.#settle(problems);
  }

  #refuse(page: Page, message: string, problems: Problems): void {
    this.#isBroken = true;
    problems.add({ ...locationOf(page), message });
  }

  #settle(problems: Problems): void {
    const pages = this.#pages.filter((page): page is Page & { readonly info: PageInfo } => page.info !== undefined);
    if (pages.length === 0) return;
    const bare = this.#pages.find(({ info }) => info === undefined);
    if (bare !== undefined) {
      this.#refuse(
        bare,
        `this file has no pageInfo, but ${pages[0].path} has; save all pages of ${this.what} in the same way, preferably unchanged.`,
        problems,
      );
      return;
    }
    const total = pages[0].info.totalResults;
    const other = pages.find(({ info }) => info.totalResults !== total);
    if (other !== undefined) {
      this.#refuse(
        other,
        `totalResults is ${other.info.totalResults} here and ${total} in ${pages[0].path}: the list changed while it was fetched, so fetch all of it again.`,
        problems,
      );
      return;
    }
    const inOrder = [...pages].sort((a, b) => a.info.startIndex - b.info.startIndex || a.rows - b.rows);
    const held = pages.reduce((sum, { rows }) => sum + rows, 0);
    let next = 0;
    let last = inOrder[0];
    for (const page of inOrder) {
      const { startIndex } = page.info;
      if (page.rows === 0) continue;
      if (startIndex !== next) {
        this.#refuse(
          page,
          startIndex > next
            ? this.#lacking(held, total, next)
            : `record ${startIndex} is both here and in ${last.path}; remove one of the files, or fetch ${this.what} again.`,
          problems,
        );
        return;
      }
      next += page.rows;
      last = page;
    }
    if (next === total) this.#isProved = true;
    else if (next < total) this.#refuse(last, this.#lacking(held, total, next), problems);
    else this.#refuse(last, `${this.what} holds ${next} records, more than totalResults says (${total}); fetch all of it again.`, problems);
  }

  #lacking(held: number, total: number, next: number): string {
    return `${this.what} holds ${held} of ${total}: fetch the rest with ${this.address}${this.address.includes('?') ? '&' : '?'}startAt=${next}&maxResults=${LARGEST_PAGE} and so on, one file per page.`;
  }
}

/** The lists of one role: one of users, one of groups, and one of members per group. */
export class RoleLists {
  readonly #lists = new Map<string, PagedList>();
  #filesLeft = 0;

  constructor(readonly role: Role) {}

  /** Returns the list that a file belongs to. */
  add(group: string | undefined): PagedList {
    const known = this.#lists.get(group ?? '');
    const list = known ?? this.#make(group);
    this.#lists.set(group ?? '', list);
    list.addFile();
    this.#filesLeft++;
    return list;
  }

  #make(group: string | undefined): PagedList {
    if (group !== undefined) return new PagedList(`the list of members of group ${group}`, `GET /rest/v1/usergroups/${group}/users`);
    if (this.role === 'users') return new PagedList('the list of users', 'GET /rest/v1/users?includeInactive=true');
    return new PagedList('the list of groups', 'GET /rest/v1/usergroups');
  }

  /** Returns the notes after all files of the role were read. */
  endFile(): string[] {
    if (--this.#filesLeft > 0) return [];
    const unproved = [...this.#lists.values()].filter(({ isUnproved }) => isUnproved);
    if (unproved.length === 0) return [];
    const [first] = unproved;
    const more = unproved.length === 1 ? '' : ` and ${(unproved.length - 1).toLocaleString('en-US')} more ${unproved.length === 2 ? 'list' : 'lists'}`;
    return [
      `${first.firstPath} has no pageInfo, so nothing proves that ${first.what}${more} ${unproved.length === 1 ? 'is' : 'are'} complete; save the REST responses unchanged, with "meta".`,
    ];
  }
}
