import { posix } from 'node:path';
import markdownIt from 'markdown-it';

// The same anchors as GitHub's, which the links of the guides use.
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const LANGUAGES = {
  sh: 'Shell',
  ts: 'TypeScript',
  python: 'Python',
  csharp: 'C#',
  powershell: 'PowerShell',
  graphql: 'GraphQL',
  json: 'JSON',
};

// The same sample in these languages, one after the other, becomes one with tabs.
const SAMPLES = new Set(['sh', 'powershell', 'ts', 'python', 'csharp']);

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const textOf = (tokens) => tokens.map(({ type, content }) => (/break$/.test(type) ? ' ' : content)).join('');

// Reports what is looked for: a heading and the text up to the next one.
function sectionsOf(tokens) {
  const sections = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const heading = textOf(tokens[index + 1].children);
      sections.push({ heading, level: Number(token.tag[1]), anchor: token.attrGet('id'), text: '' });
    } else if (token.content && tokens[index - 1]?.type !== 'heading_open')
      sections.at(-1).text += ` ${token.type === 'inline' ? textOf(token.children) : token.content}`;
  }
  return sections;
}

function addAnchors({ tokens }) {
  const seen = new Map();
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const anchor = anchorOf(textOf(tokens[index + 1].children));
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    token.attrSet('id', count === 0 ? anchor : `${anchor}-${count}`);
  }
}

const blank = (token) => Object.assign(token, { type: 'text', content: '' });

// A link to a document that is a page here leads to the page; one to anything else of the project is text.
function resolveLink(open, close, { file, pages }) {
  const href = open.attrGet('href');
  if (/^(https?:|#)/.test(href)) return;
  const [path, anchor] = href.split('#');
  const page = pages.get(posix.normalize(posix.join(posix.dirname(file), path)));
  if (page) open.attrSet('href', page + (anchor ? `#${anchor}` : ''));
  else [open, close].forEach(blank);
}

function resolveLinks({ tokens, env }) {
  for (const { children } of tokens) {
    let open;
    for (const token of children ?? [])
      if (token.type === 'link_open') open = token;
      else if (token.type === 'link_close') resolveLink(open, token, env);
  }
}

const isSample = (token) => token?.type === 'fence' && SAMPLES.has(token.info);

function groupSamples({ tokens, Token }) {
  for (let from = tokens.length - 1; from >= 0; from -= 1) {
    if (!isSample(tokens[from]) || isSample(tokens[from - 1])) continue;
    let to = from;
    const languages = new Set();
    while (isSample(tokens[to]) && !languages.has(tokens[to].info)) languages.add(tokens[to++].info);
    if (languages.size < 2) continue;
    const open = new Token('samples_open', 'div', 1);
    open.block = true;
    open.attrSet('class', 'samples');
    tokens.splice(to, 0, Object.assign(new Token('samples_close', 'div', -1), { block: true }));
    tokens.splice(from, 0, open);
  }
}

function createRenderer() {
  // HTML inside a document is shown as text, and links that would run a script stay text: nothing is left to sanitise.
  const renderer = markdownIt({ html: false, linkify: false, typographer: false });
  renderer.core.ruler.push('anchors', addAnchors);
  renderer.core.ruler.push('links', resolveLinks);
  renderer.core.ruler.push('samples', groupSamples);
  renderer.renderer.rules.fence = (tokens, index) => {
    const { content, info } = tokens[index];
    const name = LANGUAGES[info] ?? info;
    const label = name ? `<p class="language">${escape(name)}</p>` : '';
    return `<div class="code">${label}<pre tabindex="0"><code>${escape(content)}</code></pre></div>\n`;
  };
  renderer.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  renderer.renderer.rules.table_close = () => '</table></div>\n';
  return renderer;
}

const RENDERER = createRenderer();
// Instructions for the check of the documents.
const COMMENT = /^<!--[^]*?-->\n/gm;
// A code that has a line in a table instead of a heading has its anchor there.
const CODE_ROW = /<tr>\n<td><code>([A-Z_]+)<\/code><\/td>/g;

/** Renders a document. `pages` maps documents to the pages that links to them lead to. */
export function render(markdown, file, pages) {
  const env = { file, pages };
  const tokens = RENDERER.parse(markdown.replace(COMMENT, ''), env);
  const sections = sectionsOf(tokens);
  const html = RENDERER.renderer
    .render(tokens, RENDERER.options, env)
    .replace(CODE_ROW, (_, code) => `<tr id="${code.toLowerCase()}">\n<td><code>${code}</code></td>`);
  return { title: sections[0].heading, sections, html };
}
