import { WORKED_EXAMPLES } from './worked-examples.js';
import { PATHS } from '../paths.js';

/** What the page loads. */
export const PARTS = [
  'graphiql.js',
  'graphiql.css',
  'editor.worker.js',
  'json.worker.js',
  'graphql.worker.js',
] as const;

/** Where the page loads each of its parts from. */
export type PartUrls = Record<(typeof PARTS)[number], string>;

// "</script>" inside a string would end the script.
const toScriptLiteral = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const buildOptions = (key: string) => {
  const headers = JSON.stringify({ authorization: `Bearer ${key}` }, null, 2);
  const tabs = WORKED_EXAMPLES.map(({ document, variables }) => ({
    ...{ query: document, variables: JSON.stringify(variables, null, 2) },
    headers,
  }));
  return {
    endpoint: PATHS.graphql,
    title: '',
    logo: ' ',
    shouldPersistHeaders: false,
    defaultHeaders: headers,
    defaultEditorToolsVisibility: 'variables',
    defaultTabs: tabs,
    // GraphiQL takes only the first tab's document from the line above.
    initialVariables: tabs[0]!.variables,
  };
};

// On a narrow screen the answer stands below the operation, not next to it. A tab jumps away under the pointer, since its
// animation starts from a position before the page was laid out, so tabs are not animated. The editor of variables does not
// know the JSON scalar and would underline all metadata; the service reports what is wrong.
const STYLE = `
body { margin: 0; }
#root { height: 100vh; }
.graphiql-tab { transform: none !important; }
.graphiql-editor-tool .squiggly-error { display: none; }
@media (max-width: 48rem) {
  #graphiql-session { flex-direction: column; }
  .graphiql-horizontal-drag-bar { display: none; }
  .graphiql-container .graphiql-sidebar { padding: 8px 2px; width: auto; }
}
`;

const workerUrls = (parts: PartUrls) => ({
  json: parts['json.worker.js'],
  graphql: parts['graphql.worker.js'],
  editor: parts['editor.worker.js'],
});

/** The page that starts GraphiQL; everything in it that runs carries the nonce. */
export const explorerPage = (nonce: string, key: string, parts: PartUrls): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Express customers: explorer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${parts['graphiql.css']}">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<noscript>The explorer needs JavaScript.</noscript>
<div id="root"></div>
<script nonce="${nonce}">
// The code editor adds style sheets while it runs; the policy wants the nonce on them.
const createElement = document.createElement;
document.createElement = function (name, options) {
  const element = createElement.call(this, name, options);
  if (String(name).toLowerCase() === 'style') element.nonce = '${nonce}';
  return element;
};
const workers = ${toScriptLiteral(workerUrls(parts))};
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => workers[label] ?? workers.editor,
};
</script>
<script nonce="${nonce}" src="${parts['graphiql.js']}"></script>
<script nonce="${nonce}">
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), ${toScriptLiteral(buildOptions(key))});
</script>
</body>
</html>
`;
