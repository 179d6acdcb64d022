import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

/** Writes files and remembers under which URL each is served. */
export class Site {
  /** Every file: `url`, `file` below the folder, `type`, whether its `encodings` exist, and its hash as `tag`. */
  manifest = [];
  /** The folders of the packages whose code is in the files. */
  packageFolders = new Set();

  constructor(folder, { isStatic = false } = {}) {
    this.folder = folder;
    this.isStatic = isStatic;
  }

  /** Adds a file whose text may change under the same URL, such as a page. */
  addPage(url, content) {
    this.#write(url, url, content, false);
  }

  /** Adds a file that is kept by browsers for ever: its URL, which is returned, has the hash of its content. */
  addAsset(url, content) {
    const kind = extname(url);
    const hashed = `${url.slice(0, -kind.length)}.${hash(content)}${kind}`;
    this.#write(hashed, url, content, true);
    return hashed;
  }

  /** Adds a file that has the hash of its content in its URL already, since other files name it. */
  addHashedAsset(url, name, content) {
    this.#write(url, name, content, true);
  }

  /** Says that files contain code of packages, whose licences are passed on. */
  addPackages(folders) {
    for (const folder of folders) this.packageFolders.add(folder);
  }

  #write(url, name, content, isImmutable) {
    // A static host of the documentation has it at its root.
    const file = this.isStatic ? url.replace(/^\/docs\//, '') : url.slice(1);
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    const type = TYPES[extname(url)];
    const isCompressed = !this.isStatic && !type.startsWith('image/png');
    if (isCompressed) {
      writeFileSync(`${path}.br`, brotliCompressSync(content, BROTLI));
      writeFileSync(`${path}.gz`, gzipSync(content));
    }
    this.manifest.push({ name, url, file, type, isImmutable, isCompressed, tag: hash(content) });
  }
}

const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 12);
