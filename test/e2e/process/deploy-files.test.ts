import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

  it('refer to one another by names that exist', async () => {
    const files = await Promise.all(
      ['kubernetes.yaml', 'kubernetes-extras.yaml'].map((file) => read(`deploy/${file}`)),
    );
    const objects = files.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
    const find = (kind: string) => objects.find((object) => object.kind === kind);
    const { name } = find('Deployment').metadata;
    const { labels } = find('Deployment').spec.template.metadata;
    const { ports } = find('Deployment').spec.template.spec.containers[0];
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'PodMonitor']) {
      const { selector, podSelector } = find(kind).spec;
      const chosen = selector ?? podSelector;
      expect({ kind, labels: chosen.matchLabels ?? chosen }).toEqual({ kind, labels });
    }
    expect(find('HorizontalPodAutoscaler').spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name });
    const named = ports.map((port: { name: string }) => port.name);
    expect(named).toContain(find('PodMonitor').spec.podMetricsEndpoints[0].port);
    expect(named).toContain(find('Service').spec.ports[0].targetPort);
    const admitted = find('NetworkPolicy').spec.ingress.flatMap((rule: { ports: { port: number }[] }) => rule.ports);
    expect(admitted.map(({ port }: { port: number }) => port)).toEqual(
      ports.map(({ containerPort }: { containerPort: number }) => containerPort),
    );
  });

  it('name each image by a version', async () => {
    const images = (await Promise.all(['Containerfile', 'compose.yaml'].map((file) => read(`deploy/${file}`)))).flatMap(
      (text) => [...text.matchAll(/^(?:FROM| +image:) (\S+)/gm)].map(([, image]) => image!),
    );
    expect(images).toHaveLength(5);
    expect(images.filter((image) => !/:\d[\w.-]*(@sha256:[0-9a-f]{64})?$/.test(image))).toEqual([]);
  });

  it('copy into the container all that its build reads, and from it what the service runs', async () => {
    const [, build, final] = (await read('deploy/Containerfile')).split(/^FROM .*$/m);
    const folder = await mkdtemp(join(tmpdir(), 'avara-container-'));
    try {
      for (const [, files] of build!.matchAll(/^COPY (.+) \S+$/gm))
        for (const file of files!.split(' ')) await cp(file, join(folder, file), { recursive: true });
      await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
      const [, commands] = /^RUN (npm run build && npm run sbom) /m.exec(build!)!;
      await promisify(execFile)('sh', ['-ec', commands!], { cwd: folder });
      for (const [, files] of final!.matchAll(/^COPY --from=build (.+) \S+$/gm))
        for (const file of files!.split(' '))
          await expect(readdir(folder)).resolves.toContain(file.replace('/app/', ''));
      const started = [join(folder, 'dist/src/main.js'), '--help'];
      expect((await promisify(execFile)(process.execPath, started)).stdout).toContain('Usage: npm start');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
