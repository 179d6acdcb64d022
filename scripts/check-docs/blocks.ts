/** A fenced block of a document, and what the comment above it asks of the check. */
export interface Block {
  line: number;
  language: string;
  text: string;
  /** It stays up: wait until this address answers, and go on. */
  starts?: string;
  /** What was started is stopped before. */
  stops?: string;
  /** Part of what it prints. */
  says?: string;
  /** What the document needs besides the project: `postgresql`, a server of its own in DATABASE_URL. */
  with?: string;
  /** Why it is not run. */
  skip?: string;
}

const FENCE = /^```(\w*)$/;
const DIRECTIVE = /^<!-- check: (starts|stops|says|with|skip) (.+) -->$/;

/** The document's blocks in their order. A comment `<!-- check: ... -->` belongs to the block that follows it. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let directives: Partial<Block> = {};
  let open: Block | null = null;
  markdown.split('\n').forEach((text, index) => {
    const [fence, language] = FENCE.exec(text) ?? [];
    const [, verb, rest] = DIRECTIVE.exec(text) ?? [];
    if (open && fence !== undefined) {
      blocks.push(open);
      open = null;
      directives = {};
    } else if (open) open.text += `${text}\n`;
    else if (fence !== undefined) open = { line: index + 1, language: language!, text: '', ...directives };
    else if (verb) directives = { ...directives, [verb]: rest };
  });
  return blocks;
}

/** Addresses of other files of the project that the document leads to, without those inside blocks. */
export const linksOf = (markdown: string): string[] =>
  [...markdown.replace(/^```[^]*?^```/gm, '').matchAll(/\]\(([^)#\s]*)(#[^)\s]+)?\)/g)]
    .map(([, path = '', anchor = '']) => path + anchor)
    .filter((address) => address !== '' && !/^[a-z]+:/.test(address));

/** The anchors that GitHub gives to headings. */
export const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(
      ([, heading]) =>
        `#${heading!
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-')}`,
    ),
  );
