import { readConfig } from '../../../src/config/config.js';
import { announceReady, type StartedService } from '../../../src/startup/banner.js';

const TOKEN = 'avk_of_a_test';
const started: StartedService = {
  server: { log: { info: () => undefined } },
  database: { engine: 'embedded', isStandby: false },
  demoKey: { token: TOKEN, isNew: true },
  isDemoClinicEmpty: true,
};

function textOn(platform: NodeJS.Platform): string {
  let text = '';
  announceReady('http://127.0.0.1:4000', readConfig({}), started, { write: (part) => void (text += part) }, platform);
  return text;
}

it.each(['linux', 'darwin'] as const)('shows on %s how to create a customer with curl', (platform) => {
  expect(textOn(platform)).toMatch(
    /^ {2}curl http:\/\/127\.0\.0\.1:4000\/graphql .*"authorization: Bearer avk_of_a_test"/m,
  );
});

it("shows on Windows how to create a customer in PowerShell, where curl's quotes would not work", () => {
  const text = textOn('win32');
  expect(text).toContain('Invoke-RestMethod http://127.0.0.1:4000/v1/express -Method Post');
  expect(text).toContain(`-Headers @{ authorization = 'Bearer ${TOKEN}' }`);
  expect(text).not.toContain('curl');
});
