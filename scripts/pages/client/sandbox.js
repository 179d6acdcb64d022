// Loads Apollo Sandbox and starts it on the page that loads this script.
(() => {
  'use strict';
  const { script, endpoint, initialState } = JSON.parse(document.querySelector('#settings').textContent);
  function start() {
    new self.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: new URL(endpoint, location.href).href,
      initialState,
      endpointIsEditable: false,
      hideCookieToggle: true,
      runTelemetry: false,
      // The policy of the page allows no style attribute.
      allowDynamicStyles: false,
    });
    document.querySelector('#sandbox iframe')?.setAttribute('title', 'Apollo Sandbox');
  }
  const showMissing = () => (document.querySelector('#missing').hidden = false);
  document.head.append(
    Object.assign(document.createElement('script'), { src: script, onload: start, onerror: showMissing }),
  );
})();
