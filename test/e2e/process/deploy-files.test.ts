import { readdir, readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';

const read = (file: string) => readFile(file, 'utf8');

// Variables of other programs in the same files.
const FOREIGN = /^(POSTGRES_|OTHER_)/;

describe('the files of deploy/', () => {
  it('name no variable that the service does not have', async () => {
    const known = new Set([...(await read('.env.example')).matchAll(/^([A-Z_0-9]+)=/gm)].map(([, name]) => name));
    for (const file of [
      'Containerfile',
      'compose.yaml',
      'kubernetes.yaml',
      'kubernetes-extras.yaml',
      'avara-express-customers.service',
    ]) {
      const text = (await read(`deploy/${file}`)).replace(/^\s*#.*$/gm, '');
      const named = [...text.matchAll(/\b([A-Z]+(?:_[A-Z]+)+|HOST|PORT)(?=[:=,])/g)].map(([, name]) => name!);
      const unknown = named.filter((name) => !known.has(name) && !FOREIGN.test(name));
      expect({ file, unknown }).toEqual({ file, unknown: [] });
    }
  });

  it('are YAML that parses, with probes that the service answers', async () => {
    for (const file of (await readdir('deploy')).filter((name) => name.endsWith('.yaml')))
      for (const document of parseAllDocuments(await read(`deploy/${file}`))) expect(document.errors).toEqual([]);
    const probes = [...(await read('deploy/kubernetes.yaml')).matchAll(/path: (\S+),/g)].map(([, path]) => path);
    expect(new Set(probes)).toEqual(new Set(['/readyz', '/livez']));
  });

  it.each(['grafana-dashboard.json', 'alerts.yaml', 'alerts.test.yaml'])(
    'hold %s of metrics that exist',
    async (file) => {
      const asked = (await read(`deploy/${file}`)).match(/avara_express_[a-z_]+/g)!;
      const source = await read('src/telemetry/metrics.ts');
      for (const metric of asked) expect(source).toContain(metric.replace(/_(bucket|sum|count)$/, ''));
    },
  );
});
