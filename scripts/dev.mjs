// npm run dev: rebuilds on every change of the source and starts the service again.
import { spawn } from 'node:child_process';

const children = [
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  ['--watch-path=dist/src', '--watch-preserve-output', 'dist/src/main.js'],
].map((args) => spawn(process.execPath, args, { stdio: 'inherit' }));

const stop = () => children.forEach((child) => child.kill('SIGTERM'));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children) child.on('exit', stop);
