import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { Config } from '../../config/config.js';
import { PATHS } from '../paths.js';

const ROOT = join(__dirname, '../../..');
// This file is in src/ where tests run it, and in dist/src/ where the service does.
export const FOLDER = [join(ROOT, 'pages'), join(ROOT, 'dist/pages')].find((folder) =>
  existsSync(join(folder, 'site.json')),
);

const FOREVER = 'public, max-age=31536000, immutable';

/** A file that the build has written. */
interface SiteFile {
  name: string;
  url: string;
  file: string;
  type: string;
  /** Its URL has the hash of its content. */
  isImmutable: boolean;
  isCompressed: boolean;
  tag: string;
}

const ENDINGS = { br: '.br', gzip: '.gz' };

/**
 * What the service shows in a browser, as `scripts/pages` has built it. Files are looked up by their URL in a list, so no
 * path of a request reaches the file system. A file that was asked for stays in memory, 19 MB for all of them: however many
 * callers fetch it simultaneously, and however slowly, it is there once.
 */
export class Site {
  private files: Promise<SiteFile[]> | undefined;
  private readonly contents = new Map<string, Promise<Buffer>>();

  /** The URL of an asset, such as `/assets/swagger-ui.js`, with the hash of its content. */
  async urlOf(name: string): Promise<string> {
    const file = (await this.list()).find((one) => one.name === name);
    if (!file) throw new Error(`The pages have no ${name}; run npm run build.`);
    return file.url;
  }

  /** The URLs of assets, by the names of their files in `/assets`. */
  async urlsOf<Name extends string>(names: readonly Name[]): Promise<Record<Name, string>> {
    const urls = await Promise.all(names.map((name) => this.urlOf(`${PATHS.assets}/${name}`)));
    return Object.fromEntries(names.map((name, at) => [name, urls[at]])) as Record<Name, string>;
  }

  /** The file of a URL; an asset is found without its hash too, but may then not be kept. */
  async find(url: string): Promise<SiteFile | undefined> {
    const files = await this.list();
    const found = files.find((one) => [url, `${url}.html`, `${url}index.html`].includes(one.url));
    if (found) return found;
    const named = files.find(({ name }) => name === url);
    return named && { ...named, isImmutable: false };
  }

  /** The content of a file, compressed if an encoding is given. */
  read({ file }: SiteFile, encoding: keyof typeof ENDINGS | undefined): Promise<Buffer> {
    const path = join(FOLDER!, file + (encoding ? ENDINGS[encoding] : ''));
    const known = this.contents.get(path);
    if (known) return known;
    const content = readFile(path);
    this.contents.set(path, content);
    content.catch(() => this.contents.delete(path));
    return content;
  }

  private list(): Promise<SiteFile[]> {
    return (this.files ??= readList());
  }
}

async function readList(): Promise<SiteFile[]> {
  if (FOLDER === undefined) throw new Error('The pages are not built; run npm run build.');
  return JSON.parse(await readFile(join(FOLDER, 'site.json'), 'utf8')) as SiteFile[];
}

function chooseEncoding(request: FastifyRequest): keyof typeof ENDINGS | undefined {
  const accepted = new Negotiator(request).encodings();
  return (['br', 'gzip'] as const).find((encoding) => accepted.includes(encoding));
}

/**
 * For pages without scripts, styles or form targets of other hosts or inside themselves; they call this service and the origins
 * that are named.
 */
export const buildStrictPolicy = (callsTo: readonly string[] = []): string =>
  [
    "default-src 'none'",
    ...['script-src', 'style-src'].map((directive) => `${directive} 'self'`),
    ["connect-src 'self'", ...callsTo].join(' '),
    "img-src 'self' data:",
    ...['base-uri', 'form-action', 'frame-ancestors'].map((directive) => `${directive} 'none'`),
  ].join('; ');

export const STRICT_POLICY = buildStrictPolicy();

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  found: SiteFile,
): Promise<FastifyReply> {
  const tag = `"${found.tag}"`;
  void reply.headers({ etag: tag, 'cache-control': found.isImmutable ? FOREVER : 'no-cache', vary: 'accept-encoding' });
  if (found.type.startsWith('text/html')) void reply.header('content-security-policy', STRICT_POLICY);
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  const encoding = found.isCompressed ? chooseEncoding(request) : undefined;
  if (encoding) void reply.header('content-encoding', encoding);
  return reply.type(found.type).send(await site.read(found, encoding));
}

type SiteSettings = Pick<Config, 'hasDocs' | 'hasDashboard'>;

/** Serves what the pages load and, where they are served, the documentation and what the dashboard loads. */
export function sitePages(server: FastifyInstance, site: Site, { hasDocs, hasDashboard }: SiteSettings): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const found = await site.find(request.url.split('?', 1)[0]!);
    return found ? sendFile(request, reply, site, found) : reply.callNotFound();
  };
  if (hasDashboard) server.get(`${PATHS.dashboard}/assets/*`, answer);
  server.get(`${PATHS.assets}/*`, answer);
  if (!hasDocs) return;
  // Links of a page are relative to the folder.
  server.get(PATHS.docs, async (_request, reply) => reply.redirect(`${PATHS.docs}/`));
  server.get(`${PATHS.docs}/*`, answer);
}
