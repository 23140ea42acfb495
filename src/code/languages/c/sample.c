/* A sample of C. */
#include <stdio.h>
#include "list.h"

#define LIMIT 16
/** The larger of two. */
#define MAX(a, b) ((a) > (b) ? \
	(a) : (b))

enum color { RED, GREEN = 2, BLUE };

/** A point. */
struct point {
	int x, *y; /* both */
	int (*compare)(const struct point *other);
	char name[LIMIT];
	unsigned int flags : 3;
	spinlock_t lock ____cacheline_aligned;
	union { int small; long large; } value;
};

typedef struct list { struct list *next; } list_t, *list_p;
typedef int (*callback_t)(int event, void *data);

static const struct point table[] = { { .x = 1 }, };
int first, *second, third = 3;
extern int elsewhere;
int prototype(int a);
MODULE_LICENSE("GPL")

#ifdef WIDE
static int width(long value)
{
#else
static int width(int value)
{
#endif
	return value;
}

/*
 * Adds a point.
 */
__printf(1, 2)
static inline int __init add_point(struct point *at, list_t items)
	__acquires(lock)
{
	int sum = at->x + MAX(2, third);
	at->compare(at);
	table[0].x = 3;
	first += (u32)sum;
	sum++;
	return prototype(sum);
}

SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)
{
	return do_kill(pid, sig);
}

char *duplicate(const char *text) { return strdup(text); }
