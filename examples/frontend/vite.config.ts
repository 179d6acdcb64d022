import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The proxy adds the key, so that none is in the page; a real frontend sends the token of who is logged in.
const proxy = {
  '/graphql': {
    target: process.env.SERVICE_URL ?? 'http://127.0.0.1:4000',
    headers: process.env.SERVICE_KEY ? { authorization: `Bearer ${process.env.SERVICE_KEY}` } : {},
  },
};

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
});
