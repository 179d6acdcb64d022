// Prepares the page for GraphiQL, and starts it when its script has run.
(() => {
  'use strict';
  const { nonce } = document.currentScript;
  const { workers, placeholder, ...options } = JSON.parse(document.querySelector('#settings').textContent);

  // The code editor adds style sheets while it runs; the policy wants the nonce on them.
  const { createElement } = document;
  document.createElement = function (name, ...rest) {
    const element = createElement.call(this, name, ...rest);
    if (String(name).toLowerCase() === 'style') element.nonce = nonce;
    return element;
  };

  // The code editor places its lines by style attributes in HTML, which the policy forbids: they are given another name, and
  // what they say is set on the elements.
  const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
  const STYLE = /("[^"]*"|'[^']*')|(\s)style(?=\s*=)/gi;
  const rename = (html) =>
    String(html).replace(TAG, (tag) =>
      tag.replace(STYLE, (text, quoted, space) => (quoted ? text : `${space}data-style`)),
    );
  function applyStyles(root) {
    for (const element of root.querySelectorAll('[data-style]')) {
      element.style.cssText = element.dataset.style;
      element.removeAttribute('data-style');
    }
  }
  const innerHtml = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML');
  Object.defineProperty(Element.prototype, 'innerHTML', {
    ...innerHtml,
    set(html) {
      innerHtml.set.call(this, html === null ? '' : rename(html));
      applyStyles(this);
    },
  });
  const { insertAdjacentHTML } = Element.prototype;
  Element.prototype.insertAdjacentHTML = function (position, html) {
    insertAdjacentHTML.call(this, position, rename(html));
    applyStyles(this.parentNode ?? this);
  };

  self.MonacoEnvironment = {
    globalAPI: true,
    getWorkerUrl: (_module, label) => workers[label] ?? workers.editor,
  };

  const NEWEST =
    'query NewestExpressCustomer { expressCustomers(first: 1, orderBy: CREATED_AT_DESC) { nodes { expressCustomerId } } }';
  let newestId;

  /** Puts the id of the newest customer where an example has none yet. */
  function fillIn() {
    if (!newestId) return;
    for (const model of self.monaco.editor.getModels()) {
      if (!model.uri.path.endsWith('variables.json')) continue;
      const text = model.getValue();
      if (text.includes(placeholder)) model.setValue(text.replaceAll(placeholder, newestId));
    }
  }

  async function call(body, headers) {
    const response = await fetch(options.endpoint, {
      method: 'POST',
      headers: {
        ...headers,
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  async function learnNewest({ data }, headers) {
    if (!data) return;
    const created = data.createExpressCustomer?.expressCustomerId;
    if (!created && newestId) return;
    const found = created ? null : await call({ query: NEWEST }, headers);
    newestId = created ?? found?.data?.expressCustomers.nodes[0]?.expressCustomerId;
    fillIn();
  }

  // For a moment after a change of tabs, GraphiQL still names the operation of the tab before.
  const isIn = (query, name) =>
    new RegExp(`\\b(query|mutation|subscription)\\s+${name}\\b`).test(query.replace(/#.*/g, ''));

  async function fetcher({ query, variables, operationName }, { headers } = {}) {
    const isNamed = operationName && isIn(query, operationName);
    const answer = await call({ query, variables, ...(isNamed && { operationName }) }, headers);
    learnNewest(answer, headers).catch(reportError);
    return answer;
  }

  // An operation runs only once both editors are there: until then, the keys are remembered.
  const EDITORS = ['.graphiql-query-editor .view-line', '.graphiql-response .monaco-editor'];
  let isWaiting = false;
  function runOnceReady() {
    isWaiting = !EDITORS.every((editor) => document.querySelector(editor));
    if (isWaiting) requestAnimationFrame(runOnceReady);
    else document.querySelector('.graphiql-execute-button').click();
  }

  // GraphiQL knows these keys inside its editors only.
  addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      if (event.target.closest('.graphiql-query-editor')) return;
      event.preventDefault();
      event.stopPropagation();
      if (!isWaiting) runOnceReady();
    },
    true,
  );

  // The documentation is open until the reader closes it. Elsewhere than on a wide screen it would leave too little of the operation.
  const DOCS = 'Documentation Explorer';
  const CHOICE = 'express-customers:docs';
  if (localStorage.getItem(CHOICE) === null && matchMedia('(min-width: 80rem)').matches)
    localStorage.setItem('graphiql:visiblePlugin', DOCS);
  const keepChoice = (plugin) => localStorage.setItem(CHOICE, plugin?.title === DOCS ? 'open' : 'closed');

  addEventListener('DOMContentLoaded', () => {
    self.monaco.editor.onDidCreateModel((model) => {
      queueMicrotask(fillIn);
      model.onDidChangeContent(() => queueMicrotask(fillIn));
    });
    self.YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
      ...options,
      // GraphiQL warns of an endpoint that it does not use.
      endpoint: undefined,
      fetcher,
      onTogglePluginVisibility: keepChoice,
    });
  });
})();
