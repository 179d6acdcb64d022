// The dashboard, bundled by Vite from dashboard/ when the service is built.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { foldersOf } from './licences.mjs';

const OPTIONS = {
  configFile: false,
  base: '/customers/',
  logLevel: 'warn',
  define: { 'process.env.NODE_ENV': '"production"' },
};

function bundle(root) {
  return build({
    ...OPTIONS,
    root: join(root, 'dashboard'),
    build: {
      write: false,
      target: 'es2022',
      // No file may end up as a data: URL, nor a script inside a page.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      rolldownOptions: {
        input: { dashboard: join(root, 'dashboard/src/main.tsx') },
        output: {
          entryFileNames: 'assets/[name].[hash].js',
          chunkFileNames: 'assets/[name].[hash].js',
          assetFileNames: 'assets/[name].[hash][extname]',
        },
      },
    },
  });
}

/** As if a production build was asked for, whatever environment the caller has: packages look at it. */
async function inProduction(run) {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

/** Adds the dashboard's scripts and style sheet, which are found by `/customers/assets/<name>`, and its trusted documents. */
export async function addDashboard(site, root, folder) {
  const { output } = await inProduction(() => bundle(root));
  site.addPackages(foldersOf(output.flatMap(({ moduleIds = [] }) => moduleIds)));
  for (const { fileName, code, source } of output) {
    const [, name, ending] = /^assets\/(.+)\.[\w-]+\.(\w+)$/.exec(fileName);
    site.addHashedAsset(`/customers/${fileName}`, `/customers/assets/${name}.${ending}`, code ?? source);
  }
  copyFileSync(join(root, 'dashboard/documents.json'), join(folder, 'dashboard-documents.json'));
}
