import path from 'node:path';

/** The platform's own folder for data of programs. */
export function platformDataDir(platform: NodeJS.Platform, home: string, variables: Readonly<Record<string, string | undefined>>): string {
  if (platform === 'win32') return path.join(variables['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'code-index');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'code-index');
  const xdg = variables['XDG_DATA_HOME'];
  return xdg !== undefined && path.isAbsolute(xdg) ? path.join(xdg, 'code-index') : path.join(home, '.local', 'share', 'code-index');
}
