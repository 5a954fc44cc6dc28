import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // A port that is taken is an error: under another one than it says, nobody would find the page.
  server: { port: 5173, strictPort: true },
  preview: { port: 4173, strictPort: true },
});
