import { readFile } from 'node:fs/promises';
import { ERROR_STATUS } from '../../../src/shared/app-error.js';
import { PROTOCOL_MESSAGES } from '../../../src/transport/graphql/errors.js';

it.each(Object.entries(ERROR_STATUS))('explains %s (%i) in docs/errors.md', async (code, status) => {
  const reference = await readFile('docs/errors.md', 'utf8');
  expect(reference).toContain(`\n## ${code}\n`);
  expect(reference).toMatch(new RegExp(`\\n\\| \\[\`${code}\`\\]\\(#${code.toLowerCase()}\\) +\\| ${status}\\b`));
});

it.each([...Object.keys(PROTOCOL_MESSAGES), 'GRAPHQL_VALIDATION_FAILED'])('explains %s', async (code) => {
  expect(await readFile('docs/errors.md', 'utf8')).toMatch(new RegExp(`^\\|.*\`${code}\`.*\\|.+\\|$`, 'm'));
});
