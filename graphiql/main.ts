import { allowOwnStyles } from './style-nonce.js';
import './page.css';

allowOwnStyles();
// Must not run before styles are allowed. Static imports would run first.
void import('./page.js').then(({ showPage }) => {
  showPage();
});
