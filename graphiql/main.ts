import { allowOwnStyles } from './style-nonce.js';
import './page.css';

allowOwnStyles();
// Not before styles are allowed: static imports would run first, in whatever order the chunks come.
void import('./page.js').then(({ showPage }) => {
  showPage();
});
