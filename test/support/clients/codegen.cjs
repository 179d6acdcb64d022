'use strict';
// A process of its own: graphql-codegen changes graphql-js's introspection types, which the service in the test's process uses.
const { readFileSync } = require('node:fs');
const { preset } = require('@graphql-codegen/client-preset');
const { codegen } = require('@graphql-codegen/core');
const { parse } = require('graphql');

/** Prints the files, by name, that the client preset generates for { schema, documents, presetConfig, config } on standard input. */
async function main({ schema, documents, presetConfig, config }) {
  const sections = await preset.buildGeneratesSection({
    schema: parse(schema),
    documents: documents.map((rawSDL, at) => ({ location: `${at}.graphql`, document: parse(rawSDL), rawSDL })),
    ...{ baseOutputDir: 'gql/', presetConfig, config, plugins: [], pluginMap: {}, documentTransforms: [] },
  });
  const files = await Promise.all(sections.map(async (section) => [section.filename, await codegen(section)]));
  process.stdout.write(JSON.stringify(Object.fromEntries(files)));
}

main(JSON.parse(readFileSync(0, 'utf8')));
