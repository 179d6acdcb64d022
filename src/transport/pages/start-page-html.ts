// Text and lines keep a contrast of 4.5 and 3 to their background, light and dark.
const STYLE = `
  :root {
    color-scheme: light dark;
    --back: light-dark(#f5f6f8, #11161c); --card: light-dark(#fff, #1a2129); --hair: light-dark(#d5dbe1, #313c47);
    --text: light-dark(#16202b, #e8edf2); --muted: light-dark(#4c5a69, #a9b6c3);
    --accent: light-dark(#0b5cad, #7db8f5); --on-accent: light-dark(#fff, #0a1a2b); --up: light-dark(#17692f, #7ddc98);
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
  main { max-width: 54rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4rem) 1.25rem; }
  header { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; }
  h1 { margin: 0; font-size: clamp(1.6rem, 5vw, 2.2rem); line-height: 1.15; letter-spacing: -0.01em; }
  h2 { margin: 2.25rem 0 0.75rem; font-size: 1.15rem; }
  p { margin: 0; }
  .up { padding: 0.1rem 0.7rem; border: 1px solid; border-radius: 1rem; color: var(--up); font-size: 0.9rem; font-weight: 600; }
  .about { max-width: 40rem; margin: 0.75rem 0 0; color: var(--muted); font-size: 1.1rem; }
  dl, ul { display: grid; gap: 0.75rem; margin: 0; padding: 0; list-style: none; }
  dl { grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); margin-top: 1.75rem; }
  ul { grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr)); }
  dl > div, li { padding: 0.9rem 1.1rem; background: var(--card); border: 1px solid var(--hair); border-radius: 0.6rem; }
  dt { color: var(--muted); font-size: 0.9rem; }
  dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
  li { position: relative; }
  li:hover { border-color: var(--accent); }
  li:first-child.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  li:first-child.first :is(a, p, code) { color: var(--on-accent); }
  a { color: var(--accent); font-weight: 600; text-decoration: none; }
  a::after { content: ''; position: absolute; inset: 0; border-radius: 0.6rem; }
  li:hover a { text-decoration: underline; }
  a:focus-visible { outline: none; }
  a:focus-visible::after { outline: 3px solid var(--accent); outline-offset: 2px; }
  li p { margin-top: 0.35rem; color: var(--muted); font-size: 0.95rem; }
  code { display: block; color: var(--muted); font: 0.85rem ui-monospace, monospace; }`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export interface Fact {
  name: string;
  value: string;
}

export interface Link {
  path: string;
  name: string;
  about: string;
  /** The one to begin with, if none is before it. */
  isFirst?: boolean;
}

const renderFact = ({ name, value }: Fact): string =>
  `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`;

const renderLink = ({ path, name, about, isFirst }: Link): string =>
  `<li${isFirst ? ' class="first"' : ''}><a href="${path}">${escapeHtml(name)}</a><code>${escapeHtml(path)}</code>` +
  `<p>${escapeHtml(about)}</p></li>`;

/** The start page: no script, one style sheet by its nonce. */
export const startPageHtml = (nonce: string, facts: Fact[], links: Link[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Avara Express customers</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<header><h1>Avara Express customers</h1><span class="up">It is up</span></header>
<p class="about">The system of record for Express customers, which group the users and studies of a clinic.</p>
${facts.length > 0 ? `<dl>\n${facts.map(renderFact).join('\n')}\n</dl>` : ''}
<h2>Where to go</h2>
<ul>
${links.map(renderLink).join('\n')}
</ul>
</main>
</body>
</html>
`;
