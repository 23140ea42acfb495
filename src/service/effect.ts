/** `read` changes nothing a user could miss; `write` changes what is indexed; `admin` removes or repairs. */
export type Effect = 'read' | 'write' | 'admin';
