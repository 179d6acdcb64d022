// Runs on each page of the documentation: the search, the copy buttons and the list of pages on small screens.
(() => {
  'use strict';
  const create = (name, text, properties = {}) =>
    Object.assign(document.createElement(name), { textContent: text, ...properties });

  function addCopyButton(sample) {
    const button = create('button', 'Copy', { type: 'button', className: 'copy' });
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(sample.querySelector('code').textContent);
      button.textContent = 'Copied';
      setTimeout(() => (button.textContent = 'Copy'), 2000);
    });
    sample.append(button);
  }
  // Browsers give pages the clipboard on secure origins only.
  if (navigator.clipboard) document.querySelectorAll('.code').forEach(addCopyButton);

  // Samples in several languages: all are shown without this script, and when the page is printed.
  const LANGUAGE = 'express-customers:language';
  const groups = [...document.querySelectorAll('.samples')].map((group) => [...group.querySelectorAll('.code')]);
  const nameOf = (sample) => sample.querySelector('.language').textContent;
  function chooseLanguage(name) {
    for (const samples of groups) {
      const chosen = samples.find((sample) => nameOf(sample) === name) ?? samples[0];
      for (const sample of samples) {
        const tab = document.getElementById(sample.getAttribute('aria-labelledby'));
        sample.hidden = sample !== chosen;
        tab.setAttribute('aria-selected', sample === chosen);
        tab.tabIndex = sample === chosen ? 0 : -1;
      }
    }
  }
  // The page does not move under the pointer when samples above it change their height.
  function chooseByReader(tab) {
    const before = tab.getBoundingClientRect().top;
    localStorage.setItem(LANGUAGE, tab.textContent);
    chooseLanguage(tab.textContent);
    scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: 'instant' });
    tab.focus();
  }
  const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
  function addTabs(samples, number) {
    const bar = create('div', '', { role: 'tablist', className: 'tabs', ariaLabel: 'Language' });
    for (const [at, sample] of samples.entries()) {
      const tab = create('button', nameOf(sample), { type: 'button', role: 'tab', id: `tab-${number}-${at}` });
      sample.id = `sample-${number}-${at}`;
      sample.setAttribute('role', 'tabpanel');
      sample.setAttribute('aria-labelledby', tab.id);
      tab.setAttribute('aria-controls', sample.id);
      tab.addEventListener('click', () => chooseByReader(tab));
      tab.addEventListener('keydown', ({ key }) => {
        const next = bar.children[(at + (STEPS[key] ?? 0) + samples.length) % samples.length];
        if (next !== tab) chooseByReader(next);
      });
      bar.append(tab);
    }
    samples[0].before(bar);
  }
  groups.forEach(addTabs);
  chooseLanguage(localStorage.getItem(LANGUAGE));

  const pages = document.querySelector('details.pages');
  if (matchMedia('(max-width: 60rem)').matches) pages.open = false;
  addEventListener('beforeprint', () => (pages.open = false));

  const { search: script, entries } = document.body.dataset;
  const form = document.querySelector('form[role=search]');
  const input = document.querySelector('#search');
  const results = document.querySelector('#results');

  const loadScript = (address) =>
    new Promise((resolve, reject) =>
      document.head.append(
        Object.assign(document.createElement('script'), { src: address, onload: resolve, onerror: reject }),
      ),
    );

  let index;
  async function loadIndex() {
    const [list] = await Promise.all([fetch(entries).then((response) => response.json()), loadScript(script)]);
    const built = new MiniSearch({
      fields: ['heading', 'title', 'text'],
      storeFields: ['title', 'heading', 'text'],
      searchOptions: { boost: { heading: 4, title: 2 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
    });
    built.addAll(list);
    return built;
  }

  function excerpt(text, terms) {
    const lower = text.toLowerCase();
    const at = Math.min(...terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0), text.length);
    const from = at === text.length ? 0 : Math.max(0, at - 50);
    return `${from > 0 ? '... ' : ''}${text.slice(from, from + 140)}`;
  }

  function show(found) {
    results.replaceChildren();
    results.hidden = input.value.trim() === '';
    if (results.hidden) return;
    if (found.length === 0) return results.append(create('p', 'Nothing was found.'));
    const list = document.createElement('ul');
    for (const { id, title, heading, text, terms } of found.slice(0, 12)) {
      const item = document.createElement('li');
      const link = create('a', heading, { href: id });
      if (heading !== title) link.append(create('small', ` ${title}`));
      item.append(link, create('p', excerpt(text, terms)));
      list.append(item);
    }
    results.append(list);
  }

  async function search() {
    index ??= loadIndex();
    show((await index).search(input.value));
  }
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    results.querySelector('a')?.click();
  });
  input.addEventListener('focus', () => (index ??= loadIndex()), { once: true });
  input.addEventListener('input', search);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') results.hidden = true;
    if (event.key !== '/' || /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    event.preventDefault();
    input.focus();
  });
  document.addEventListener('click', (event) => {
    if (!form.contains(event.target) || event.target.closest('#results a')) results.hidden = true;
  });
})();
