/** Every bound of the program, unit last, each with its reason. Nothing else in the source names a bound. */
export const LIMITS = {
  /** Larger files are data or bundles far more often than code; they are left out by name. */
  fileBytes: 2_097_152,
  /** A line longer than this marks a minified file when it also holds most of the file. */
  minifiedLineChars: 5_000,
  /** The first bytes in which a NUL marks a binary file, as git does it. */
  binarySniffBytes: 8_000,
  /** A file that needs longer than this to parse is kept as text only. */
  parseMillis: 5_000,
  /** Deeper trees come from generated data; walking them would overflow the stack. */
  parseNesting: 1_000,
  /** Symbols kept of one file; a file above it is a table of data. */
  symbolsPerFile: 60_000,
  /** Occurrences kept of one file. */
  occurrencesPerFile: 200_000,
  /** The aim for one chunk; what an embedding model and a reader take in at once. */
  chunkChars: 1_500,
  /** A chunk never grows past this, whatever the syntax says. */
  chunkMaxChars: 3_000,
  /** Source bytes of one text batch: about a second of work for one thread. */
  textBatchBytes: 16_777_216,
  /** A smaller batch costs more in repeated keys than a second thread gains. */
  textBatchLeastBytes: 786_432,
  /** Text of small neighbouring files is compressed together up to this size: a quarter smaller than one by one (measured). */
  packBytes: 32_768,
  /** Bytes of unpacked neighbours kept in memory by one open store. */
  packCacheBytes: 8_388_608,
  /** Files of one text batch: bounds the ordinals of one posting block. */
  textBatchFiles: 2_048,
  /** Source bytes of one parse batch: a second or two of parsing, so that progress moves and a kill loses little. */
  parseBatchBytes: 4_194_304,
  /** Source bytes and files whose chunks go to an embedding provider at once: some seconds of work, committed together. */
  embedBatchBytes: 262_144,
  embedBatchFiles: 64,
  /** Milliseconds that an answer waits for the vector of its question; without it words and symbols rank alone. */
  questionMillis: 2_000,
  /** Parse threads at most: beyond it the one writer is the bottleneck. */
  threads: 8,
  /** JavaScript heap of one thread; a batch needs a tenth of it. */
  threadHeapMegabytes: 512,
  /** A thread that is at one file for so long hangs inside a grammar, beyond the reach of its own time limit. */
  fileMillis: 20_000,
  /** Files of one parse batch. */
  parseBatchFiles: 1_024,
  /** A longer run of letters is data, not a name; it is found by its trigrams alone. */
  tokenChars: 80,
  /** A query longer than this is refused; nothing a person or an agent means is longer. */
  queryChars: 10_000,
  /** Words of one ranked query that are looked up; the rest of a pasted text adds nothing but time. */
  queryTerms: 64,
  /** Results of one page at most. */
  pageResults: 1_000,
  /** Results of one page when the caller names none. */
  pageResultsDefault: 20,
  /** Characters of one returned line; the rest of a longer line is cut around the match. */
  snippetLineChars: 500,
  /** Milliseconds after which an interactive search stops and says that its total was not counted. */
  searchMillis: 10_000,
  /** Bytes of posting pages kept in memory by one open store. */
  pageCacheBytes: 50_331_648,
  /** Bytes of directories, blob lists and chunk lists of posting blocks kept in memory; those of a repository of 80,000 files need about 5 MB. */
  blockInfoCacheBytes: 100_663_296,
  /** Bytes of bits and vectors kept in memory by one open store: a million chunks of 256 dimensions, and half as many of others. */
  vectorCacheBytes: 67_108_864,
  /** Bytes of whole vectors of single blobs kept in memory by one open store, beside those. */
  blobVectorBytes: 33_554_432,
  /** Chunks of a repository up to which whole vectors are compared, 4 MB of them; beyond it their bits choose first. */
  wholeVectorChunks: 16_384,
  /** Chunks of a repository from which a query looks into the nearest cells alone: there all bits take over 25 ms. */
  cellVectorChunks: 3_000_000,
  /** Bytes of decoded file texts kept in memory by one open store. */
  textCacheBytes: 33_554_432,
  /** Bytes of unpacked facts kept in memory by one open store. */
  factsCacheBytes: 8_388_608,
  /** Milliseconds for which a question whose connection to the database broke is asked again: a restart takes seconds. */
  databaseRetryMillis: 15_000,
  /** Rows about blobs, and rows about their places, kept in memory by one open store: some 300 bytes each. */
  rowsCached: 20_000,
  /** Milliseconds that a second writer waits before it says who holds the index. */
  writerWaitMillis: 30_000,
  /** Milliseconds that file events are gathered before one incremental index. */
  watchBatchMillis: 60,
  /** Seconds one git command may take before it is stopped (clones excepted). */
  gitSeconds: 120,
  /** Seconds a clone or fetch may take. */
  cloneSeconds: 3_600,
  /** Bytes of a clone; the largest public histories are a tenth of it, and tips alone are fetched. */
  cloneBytes: 21_474_836_480,
  /** Files of an uploaded archive: several times the largest known source trees. */
  archiveFiles: 500_000,
  /** How many times an archive may grow when it is unpacked; source text shrinks to a fifth, a bomb to a thousandth. */
  archiveRatio: 200,
  /** Below this size unpacked, the ratio says nothing. */
  archiveRatioBytes: 16_777_216,
  /** Characters of a path in an archive; deeper trees are made to exhaust something. */
  archivePathChars: 1_024,
  /** Characters of what a repository is kept for, and of its chief language: both stand in every list of repositories. */
  purposeChars: 1_000,
  languageChars: 50,
  /** Jobs that may wait or run at once: each is a promise to somebody. */
  jobsWaiting: 10_000,
  /** Times that a job is begun which fails for want of something, before it counts as failed. */
  jobAttempts: 3,
  /** Times that a job is begun whose process ends meanwhile, before it counts as what ends it: machines that are replaced one after the other may meet one job a few times. */
  jobEnds: 6,
  /** Milliseconds before a job that failed for want of something is begun again, and how many times longer each further pause is. */
  jobRetryMillis: 2_000,
  jobRetryFactor: 4,
  /** Milliseconds for which a worker owns a job without saying that it is still at it: a stop of a busy machine is shorter. */
  jobLeaseMillis: 10_000,
  /** Milliseconds between two comparisons of a queue in Redis with the journal: what Redis lost waits no longer. */
  jobReconcileMillis: 15_000,
  /** Milliseconds after which who follows a job of another process looks for himself: news may be lost. */
  jobPollMillis: 2_000,
  /** Milliseconds that a caller waits for Redis before it counts as gone. */
  redisMillis: 3_000,
  /** Milliseconds between two words about the progress of a job. */
  jobProgressMillis: 250,
  /** Milliseconds that a job gets to stop in good order. */
  jobStopMillis: 5_000,
  /** Days that ended jobs and the audit log are kept. */
  journalDays: 90,
  /** Bytes of given answers kept in memory by one server: a thousand pages of twenty results. */
  answerCacheBytes: 33_554_432,
  /** A larger answer is one page of an export; keeping it would drive out many. */
  answerKeptBytes: 2_097_152,
  /** Milliseconds for which files that an answer tells of are believed to be as they were. */
  answerCheckMillis: 200,
  /** Bytes of one log, after which it is begun anew, and how many are kept: a day or two of a busy server. */
  logBytes: 10_485_760,
  logFiles: 5,
  /** Bytes free on the disk of the data folder under which a server says that it is not well: a merge of blocks needs some. */
  diskFreeBytes: 209_715_200,
  /** Milliseconds without news after which a running job counts as stuck: longer than any one git command that is not a clone. */
  jobSilenceMillis: 900_000,
  /** Milliseconds that a request waits for what servers share, where a Redis nearby needs one; an answer is made in less. Then this process decides alone. */
  sharedMillis: 100,
  /** Milliseconds for which a Redis that was late is left alone: else every request would wait for it. */
  sharedPauseMillis: 1_000,
  /** A larger answer takes longer to move than it saves. */
  sharedAnswerBytes: 262_144,
  /** Milliseconds that an answer is kept for other servers: people turn pages back within minutes. */
  sharedAnswerMillis: 600_000,
  /** Bytes that one server adds to the shared answers within that time: they leave room for jobs in a Redis that evicts nothing. */
  sharedAnswersBytes: 16_777_216,
  /** Answers on their way to Redis at once; the next ones are not shared. */
  sharedAnswersUnderWay: 32,
  /** Milliseconds that telling news may take: no request waits for it. */
  newsTellMillis: 2_000,
  /** News that servers can still read after a while without Redis, and milliseconds that the last of them stays. */
  newsKept: 1_000,
  newsMillis: 3_600_000,
} as const;
