/** What the settings say about REST. */
export interface RestOptions {
  /** Characters of a query at most. */
  readonly maxQueryChars: number;
  /** Whether repositories may be added, changed and removed. */
  readonly management: boolean;
  readonly maxUploadBytes: number;
}
