import { toScriptLiteral } from './script-literal.js';
import { ANY_CUSTOMER_ID } from './worked-example.js';
import { WORKED_EXAMPLES } from './worked-examples.js';
import { PATHS } from '../paths.js';

/** What the page loads. */
export const PARTS = [
  'explorer.js',
  'explorer.css',
  'graphiql.js',
  'graphiql.css',
  'editor.worker.js',
  'json.worker.js',
  'graphql.worker.js',
] as const;

/** Where the page loads each of its parts from. */
export type PartUrls = Record<(typeof PARTS)[number], string>;

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
<link rel="stylesheet" href="${parts['explorer.css']}">
<script nonce="${nonce}" type="application/json" id="settings">${toScriptLiteral({
  ...buildOptions(key),
  placeholder: ANY_CUSTOMER_ID,
  workers: workerUrls(parts),
})}</script>
<script nonce="${nonce}" src="${parts['explorer.js']}"></script>
<script nonce="${nonce}" src="${parts['graphiql.js']}" defer></script>
</head>
<body>
<noscript>The explorer needs JavaScript.</noscript>
<main>
<h1>Explorer</h1>
<div id="root"></div>
</main>
</body>
</html>
`;
