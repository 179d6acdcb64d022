import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeSchema } from './graphql-reference.mjs';
import { render } from './markdown.mjs';
import { pageHtml } from './page.mjs';

const GROUPS = [
  [
    'Use it',
    [
      'first-five-minutes',
      'dashboard',
      'samples',
      'graphql',
      'rest',
      'search',
      'sync',
      'errors',
      'limits',
      'identity',
      'browser-app',
    ],
  ],
  ['Reference', ['graphql-reference']],
  [
    'Run it',
    [
      'go-live',
      'operating',
      'upgrades',
      'observability',
      'scaling',
      'reliability',
      'performance',
      'security',
      'import-export',
      'federation',
    ],
  ],
];

const require = createRequire(import.meta.url);

/** Every document that becomes a page: its file in the project and the name of its page. */
function listDocuments(root) {
  const isMarkdown = (name) => name.endsWith('.md');
  const guides = readdirSync(join(root, 'docs')).filter(isMarkdown);
  const decisions = readdirSync(join(root, 'docs/decisions')).filter(
    (name) => isMarkdown(name) && name !== 'README.md',
  );
  return [
    ...guides.map((name) => [`docs/${name}`, name.slice(0, -3)]),
    ['docs/decisions/README.md', 'decisions'],
    ...decisions.map((name) => [`docs/decisions/${name}`, `decision-${name.slice(0, 4)}`]),
    ...['CHANGELOG.md', 'SECURITY.md']
      .filter((name) => existsSync(join(root, name)))
      .map((name) => [name, name === 'SECURITY.md' ? 'reporting' : 'changelog']),
  ];
}

function renderAll(root) {
  const documents = listDocuments(root);
  const pages = new Map(
    [...documents, ['docs/graphql-reference.md', 'graphql-reference']].map(([file, name]) => [file, `${name}.html`]),
  );
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const errorCodes = [...read('docs/errors.md').matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code);
  const rendered = documents.map(([file, name]) => ({ name, ...render(read(file), file, pages) }));
  const reference = describeSchema(read('schema.graphql'), errorCodes);
  return [...rendered, { name: 'graphql-reference', ...render(reference, 'docs/graphql-reference.md', pages) }];
}

function groupPages(pages) {
  const byName = new Map(pages.map((page) => [page.name, page]));
  const named = new Set(GROUPS.flatMap(([, names]) => names));
  const groups = GROUPS.map(([title, names]) => [title, names.map((name) => byName.get(name)).filter(Boolean)]);
  const isMore = ({ name }) => !named.has(name) && !name.startsWith('decision-');
  return [...groups, ['More', pages.filter(isMore)]];
}

const entriesOf = (pages) =>
  pages.flatMap(({ name, title, sections }) =>
    sections.map(({ heading, anchor, text }) => ({
      id: `${name}.html#${anchor}`,
      ...{ title, heading },
      text: text.replace(/\s+/g, ' ').trim(),
    })),
  );

/** Renders the documentation: a page per document, an index for the search, and what the pages load. */
export function addDocumentation(site, root) {
  const pages = renderAll(root);
  const client = (name) => readFileSync(join(root, 'scripts/pages/client', name));
  const miniSearch = join(dirname(require.resolve('minisearch')), '../umd/index.js');
  site.addPackages([join(dirname(miniSearch), '../..')]);
  const add = (name, content) => site.addAsset(`/docs/assets/${name}`, content).replace('/docs/', '');
  const assets = {
    css: add('docs.css', client('docs.css')),
    js: add('docs.js', client('docs.js')),
    search: add('minisearch.js', readFileSync(miniSearch)),
    entries: add('entries.json', JSON.stringify(entriesOf(pages))),
  };
  const groups = groupPages(pages);
  for (const page of pages) site.addPage(`/docs/${page.name}.html`, pageHtml(page, groups, assets, site.isStatic));
  const start = { name: 'index', title: 'Documentation', sections: [], html: '' };
  site.addPage('/docs/index.html', pageHtml(start, groups, assets, site.isStatic));
}
