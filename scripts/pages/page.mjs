const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const linkTo = ({ name, title }, current) =>
  `<li><a href="${name}.html"${name === current ? ' aria-current="page"' : ''}>${escape(title)}</a></li>`;

const sideBar = (groups, current) =>
  groups
    .map(([title, pages]) => `<h2>${title}</h2>\n<ul>\n${pages.map((page) => linkTo(page, current)).join('\n')}\n</ul>`)
    .join('\n');

function onThisPage({ sections }) {
  const parts = sections.filter(({ level }) => level === 2);
  if (parts.length < 3) return '';
  const items = parts.map(({ heading, anchor }) => `<li><a href="#${anchor}">${escape(heading)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join('')}</ul></nav>`;
}

// The first page lists the others with the first sentence of each.
function overview(groups) {
  const item = ({ name, title, sections }) => {
    const [sentence] = sections[0].text
      .replace(/\s+/g, ' ')
      .trim()
      .split(/(?<=[.:])\s/);
    return `<li><a href="${name}.html">${escape(title)}</a> <span>${escape(sentence)}</span></li>`;
  };
  const lists = groups.map(
    ([title, pages]) => `<h2>${title}</h2>\n<ul class="overview">${pages.map(item).join('\n')}</ul>`,
  );
  return `<h1>Documentation</h1>\n${lists.join('\n')}`;
}

/**
 * A page of the documentation. It loads nothing from other hosts, has no script or style in itself, and its links are
 * relative, so that it works below any path.
 */
export const pageHtml = (page, groups, assets, isStatic) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)} - Avara Express customers</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.css}">
<script src="${assets.js}" defer></script>
</head>
<body data-search="${assets.search}" data-entries="${assets.entries}">
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="home" href="index.html">Avara Express customers</a>
<form role="search" hidden>
<label for="search">Search the documentation</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="Search" aria-controls="results">
<div id="results" aria-live="polite" hidden></div>
</form>
</header>
<div class="columns">
<details class="pages" open><summary>Pages</summary>
<nav aria-label="Documentation">
${sideBar(groups, page.name)}
${isStatic ? '' : '<h2>This service</h2>\n<ul>\n<li><a href="/v1/docs">REST reference</a></li>\n<li><a href="/">Start page</a></li>\n</ul>'}
</nav>
</details>
<main id="content" tabindex="-1">
${page.name === 'index' ? overview(groups) : page.html}
</main>
${onThisPage(page)}
</div>
</body>
</html>
`;
