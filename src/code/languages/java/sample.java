package com.example.store;

import java.util.List;
import java.util.concurrent.*;
import static java.lang.Math.max;

/** A store. */
@Component("store")
public class Store<T extends Item> extends Base implements Closeable, Iterable<T> {
    public static final int LIMIT = 10, LOW = 1;
    private List<T> items;

    /** Makes one. */
    public Store(List<T> items) {
        super(items);
        this.items = items;
    }

    @Override
    public void close() throws IOException {
        int local = max(LIMIT, items.size());
        this.listener.changed(new Event<>(local));
    }

    enum Level { LOW, HIGH("h") { } ; final String code; }

    interface Visitor<R> {
        String NAME = "v";
        R visit(Item item);
    }

    @interface Marked { boolean value() default true; }

    record Pair(int left, int right) { Pair { check(left); } }
}
