import Foundation
import struct Combine.Published
@_exported import os.log

/// The most requests at one time.
public let maxRequests = 6
private var counter: Int = 0

public typealias Completion = (Result<Data, Error>) -> Void

precedencegroup Pipe { associativity: left }
infix operator |>: Pipe

/// What can go wrong.
public enum NetworkError: Error {
    case timedOut(after: TimeInterval)
    case rejected, cancelled

    var isFinal: Bool { self != .cancelled }
}

public protocol Adapter: AnyObject {
    associatedtype Output
    var name: String { get }
    func adapt(_ request: URLRequest) throws -> Output
    init(name: String)
}

@propertyWrapper
struct Protected<Value> {
    private let lock = NSLock()
    var wrappedValue: Value
    subscript(index: Int) -> Value { wrappedValue }
}

/**
 Sends requests.
 */
open class Session: NSObject, Adapter {
    public static let shared = Session(name: "shared")
    public private(set) var name: String
    @Protected private var tasks: [Int: URLSessionTask] = [:]
    lazy var queue = DispatchQueue(label: "session")

    public required init(name: String) {
        self.name = name
        super.init()
    }

    deinit { counter -= 1 }

    /// Adapts one request.
    @discardableResult
    public func adapt(_ request: URLRequest) throws -> URLRequest {
        guard #available(iOS 15, *) else { throw NetworkError.rejected }
        #if DEBUG
        print("adapting \(request)")
        #else
        log(request)
        #endif
        let copy = request
        queue.async { [weak self] in self?.tasks.removeAll() }
        return copy
    }

    class func reset() { counter = 0 }

    struct Options: OptionSet {
        let rawValue: Int
        static let quiet = Options(rawValue: 1 << 0)
    }
}

#if canImport(Network)
extension Session: Sendable {
    func ping(host: String = #function) async -> Bool { await Pinger.ping(host) }
}
#endif

actor Counter {
    nonisolated let id: Int
    func next() -> Int { id + maxRequests }
}

func |> <A, B>(value: A, f: (A) -> B) -> B { f(value) }

func log<T: CustomStringConvertible>(_ value: T) where T: Sendable {
    Swift.print(value.description)
}
