/* Before anything is drawn, so that no light flashes in the dark. */
try {
  const theme = localStorage.getItem('code-index-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  /* A browser that keeps nothing shows what the system prefers. */
}
