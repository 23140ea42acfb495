package org.example.cache

import java.util.concurrent.ConcurrentHashMap
import kotlin.time.Duration as Span
import org.example.clock.*

/** The most entries a cache holds. */
const val MAX_ENTRIES: Int = 1000
private val logger = Logger("cache")

typealias Loader<K, V> = suspend (K) -> V

enum class Policy(val weight: Int) {
    LRU(1),
    FIFO(2) { override fun label() = "first in" };

    open fun label(): String = name
}

interface Cache<K, V> {
    val size: Int
    fun get(key: K): V?
}

sealed class Result {
    data class Hit(val value: Any) : Result()
    object Miss : Result()
}

/**
 * Keeps values in memory.
 */
open class MemoryCache<K : Any, V : Any>(
    private val policy: Policy = Policy.LRU,
    limit: Int,
) : Base<K>(limit), Cache<K, V> by Delegate() {
    private val entries = ConcurrentHashMap<K, V>()
    override val size: Int get() = entries.size
    var hits = 0
        private set

    init {
        logger.info("created")
    }

    constructor(limit: Int) : this(Policy.LRU, limit) {
        hits = -1
    }

    override fun get(key: K): V? {
        val found = entries[key]
        if (found != null) hits++
        return found
    }

    inline fun <reified T> typed(key: K): T? = get(key) as? T

    companion object {
        val EMPTY = MemoryCache<String, String>(0)
        fun create(): MemoryCache<String, Any> = MemoryCache(Policy.FIFO, 10)
    }
}

annotation class Cached(val seconds: Long)

fun <K, V> Map<K, V>.firstKeyOrNull(): K? = keys.firstOrNull()

val String.shortened: String
    get() = take(8)

suspend fun load(cache: Cache<String, Int>, span: Span): Int {
    delay(span)
    return cache.get("a") ?: throw IllegalStateException("none")
}
