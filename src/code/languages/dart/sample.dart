import 'dart:async';
import 'package:collection/collection.dart' as coll show groupBy;
export 'src/codec.dart';

part 'queue.g.dart';

/// The most jobs that wait.
const int maxJobs = 64;
final Logger _logger = Logger('queue');

typedef Handler<T> = Future<void> Function(T job);

enum Priority {
  low(1),
  high(2);

  const Priority(this.weight);
  final int weight;
}

/// Anything that can be closed.
abstract class Closable {
  void close();
}

mixin Timed on Closable {
  DateTime? startedAt;
  Duration elapsed() => DateTime.now().difference(startedAt!);
}

/// Runs jobs one after the other.
class JobQueue<T> extends Closable with Timed implements Iterable<T> {
  JobQueue(this.handler, {this.limit = maxJobs});
  JobQueue.unbounded(Handler<T> handler) : this(handler, limit: -1);
  factory JobQueue.empty() => JobQueue((_) async {});

  final Handler<T> handler;
  final int limit;
  static int created = 0;
  final List<T> _waiting = [];

  int get length => _waiting.length;
  set capacity(int value) => _logger.warn('fixed at $value');

  Future<void> add(T job) async {
    _waiting.add(job);
    await _drain();
  }

  Future<void> _drain() async {
    while (_waiting.isNotEmpty) {
      await handler(_waiting.removeAt(0));
    }
  }

  @override
  void close() => _waiting.clear();

  bool operator ==(Object other) => other is JobQueue && other.limit == limit;
}

extension JobNames on String {
  String shortened() => substring(0, 8);
}

int countJobs(List<JobQueue> queues) {
  return queues.fold(0, (sum, queue) => sum + queue.length);
}
