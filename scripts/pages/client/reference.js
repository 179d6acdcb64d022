// Starts Swagger UI on the page that loads it.
(() => {
  'use strict';
  const { description, key } = document.body.dataset;
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', scheme.matches);
  scheme.addEventListener('change', follow);
  follow();

  // Swagger UI leaves some of its parts without a name, and levels out between its headings.
  const ATTRIBUTES = [
    ['.information-container', { role: 'region', 'aria-label': 'About this API' }],
    ['.scheme-container', { role: 'region', 'aria-label': 'Server and credential' }],
    ['#servers', { 'aria-label': 'Server' }],
    ['select:not(#servers)', { 'aria-label': 'Choice' }],
    ['textarea', { 'aria-label': 'Body' }],
    ['h3', { 'aria-level': '2' }],
    ['h4', { 'aria-level': '3' }],
    ['h5', { 'aria-level': '4' }],
  ];
  function completeParts() {
    for (const [selector, attributes] of ATTRIBUTES)
      for (const part of document.querySelectorAll(`#reference ${selector}`))
        for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
  }
  new MutationObserver(completeParts).observe(document.querySelector('#reference'), { childList: true, subtree: true });

  const ui = SwaggerUIBundle({
    url: description,
    dom_id: '#reference',
    displayRequestDuration: true,
    tryItOutEnabled: key !== '',
    validatorUrl: null,
    onComplete: () => key !== '' && ui.preauthorizeApiKey('apiKey', key),
  });
})();
