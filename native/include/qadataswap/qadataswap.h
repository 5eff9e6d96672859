/* QADataSwap: Apache Arrow record batches between processes through shared memory.
 *
 * This header is the whole interface of libqadataswap_core, and the only thing that language bindings see. It speaks
 * the Arrow C Data and C Stream interfaces and needs no Arrow library.
 *
 * Words
 *   arena     one shared-memory segment: the file qads_<name> in the segment directory.
 *   batch     one Arrow record batch.   message   one written table: one or more batches, the last one marked.
 *   lease     a reader's hold on one batch; it ends when the batch is released.
 *
 * Handles and threads
 *   Every handle has close() and free(). close() may be called from any thread at any time, also while other threads are
 *   inside a call on the handle: they return QADS_ERR_CLOSED soon, as does every later call. It may be called twice.
 *   free() gives the handle's memory back: nobody may be inside a call or use the handle afterwards. It closes first.
 *   All other calls may come from any thread; calls on one handle wait for one another unless said otherwise. Handles
 *   don't depend on each other's lifetime: an arena may be freed before its writer, a reader before its batches.
 *   After fork() the child can't use its parent's handles: calls return QADS_ERR_FORKED, releases do nothing.
 *
 * Results
 *   Every function returns QADS_OK or one negative code; outputs are written only on QADS_OK unless said otherwise.
 *   qads_last_error() then has one sentence for people, naming the segment (unless it is about an argument of the call
 *   itself), the field and the numbers. No exception and no abort crosses this interface.
 *
 * Timeouts are milliseconds: < 0 waits for ever, 0 looks once, > 0 waits so long. A wait ends early on close, at the end
 * of the stream, and when the process at the other end dies. The wait for another call on the handle counts as well.
 */
#ifndef QADATASWAP_QADATASWAP_H
#define QADATASWAP_QADATASWAP_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#error "QADataSwap needs Linux: it relies on futexes and open-file-description locks"
#endif

#define QADS_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Arrow C Data and C Stream interfaces, as their specification prints them (guards shared with every Arrow
 *      implementation: https://arrow.apache.org/docs/format/CDataInterface.html) ---- */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
#endif /* ARROW_C_STREAM_INTERFACE */

/* ---- Status ------------------------------------------------------------------------------------------------------ */

/* Codes are never renumbered and never reused. */
typedef int32_t qads_status;
enum {
  QADS_OK = 0,
  QADS_ERR_TIMEOUT = -1,           /* nothing came, or no room became free, within the timeout                       */
  QADS_END_OF_STREAM = -2,         /* the writer finished and this reader has read everything                        */
  QADS_ERR_WRITER_DIED = -3,       /* the writer died, or closed without finish; everything published was read       */
  QADS_ERR_WOULD_NOT_FIT = -4,     /* one row, a message (drop_oldest) or a schema is larger than its place          */
  QADS_ERR_NO_SPACE = -5,          /* the segment directory's file system, or the memory that it lives in, is full   */
  QADS_ERR_CORRUPT = -6,           /* a value read from the segment, or its size, is impossible                      */
  QADS_ERR_SCHEMA_MISMATCH = -7,   /* a batch has another schema than the segment                                    */
  QADS_ERR_OVERRUN = -8,           /* drop_oldest: batches were lost; the next call goes on at the oldest retained   */
  QADS_ERR_EXISTS = -9,            /* the name has a live writer, or takeover was refused                            */
  QADS_ERR_NOT_FOUND = -10,        /* no segment has this name                                                       */
  QADS_ERR_PERMISSION = -11,       /* another user's segment, or file modes forbid it                                */
  QADS_ERR_INVALID = -12,          /* a bad argument: name, number, null handle, malformed ArrowArray                */
  QADS_ERR_UNSUPPORTED_TYPE = -13, /* a format string that the Arrow C Data interface doesn't define                 */
  QADS_ERR_CLOSED = -14,           /* the handle was closed                                                          */
  QADS_ERR_FORKED = -15,           /* the handle belongs to the parent process                                       */
  QADS_ERR_EVICTED = -16,          /* this reader lagged longer than the segment allows and lost its place           */
  QADS_ERR_FOREIGN = -17,          /* the file isn't a QADataSwap segment                                            */
  QADS_ERR_VERSION = -18,          /* the segment has a layout that this library doesn't know                        */
  QADS_ERR_TOO_MANY_READERS = -19, /* every reader entry of the segment is taken                                     */
  QADS_ERR_SYSTEM = -20,           /* a system call failed; the message carries errno                                */
  QADS_ERR_NO_MEMORY = -21,        /* this process has no memory left                                                */
  QADS_ERR_PRODUCER = -22,         /* the ArrowArrayStream being written failed; the message is the producer's       */
  QADS_ERR_FILESYSTEM = -23,       /* the directory is on a file system whose locks can't be trusted                 */
  QADS_ERR_INTERNAL = -24          /* a defect of this library                                                       */
};

/* The code's name, such as "timeout" or "would not fit"; never NULL. Any thread. */
QADS_API const char* qads_status_name(qads_status status);

/* What the calling thread's last failed call said; "" before the first. Valid until this thread's next failing call. */
QADS_API const char* qads_last_error(void);

/* "0.1.0" of the library that is loaded. */
QADS_API const char* qads_version(void);

/* ---- Handles ----------------------------------------------------------------------------------------------------- */

typedef struct qads_arena qads_arena;
typedef struct qads_writer qads_writer;
typedef struct qads_reader qads_reader;
typedef struct qads_allocation qads_allocation;

/* ---- Arena: one segment ------------------------------------------------------------------------------------------ */

enum { QADS_OVERFLOW_BLOCK = 0, QADS_OVERFLOW_DROP_OLDEST = 1 };

/* When the name goes away. A live writer's name always stays. */
enum {
  QADS_LIFETIME_DEFAULT = 0,       /* UNTIL_DRAINED for block, UNTIL_CLOSED for drop_oldest                        */
  QADS_LIFETIME_UNTIL_DRAINED = 1, /* the last reader that has read to the end removes it                          */
  QADS_LIFETIME_UNTIL_CLOSED = 2,  /* the writer's close removes it                                                */
  QADS_LIFETIME_KEEP = 3           /* only qads_remove, or a new writer                                            */
};

/* What a new writer does with the name of one that finished or died. */
enum { QADS_TAKEOVER_REPLACE = 0, QADS_TAKEOVER_REFUSE = 1 };

enum {
  QADS_ARENA_POPULATE = 1,  /* touch all of the data area now instead of on first use                               */
  QADS_ARENA_HUGE_PAGES = 2 /* ask the kernel for huge pages; a wish, granted where the system allows               */
};

typedef struct qads_arena_options {
  uint32_t struct_size;    /* sizeof(qads_arena_options), set by qads_arena_options_init                             */
  uint32_t flags;          /* QADS_ARENA_*                                                                           */
  const char* directory;   /* NULL: environment QADS_DIR, else /dev/shm                                              */
  int64_t capacity;        /* bytes of the data area; default 256 MiB; memory is taken only as it is used            */
  int64_t schema_capacity; /* bytes of the schema section; default 4 MiB, likewise                                   */
  int32_t slots;           /* batches that can be published and unread or held at once, 1..65535; default 256        */
  int32_t reader_capacity; /* readers that can be attached at once, 1..64; default 64                                */
  int32_t overflow;        /* QADS_OVERFLOW_*; default block                                                         */
  int32_t lifetime;        /* QADS_LIFETIME_*                                                                        */
  int32_t takeover;        /* QADS_TAKEOVER_*                                                                        */
  uint32_t mode;           /* file mode; default 0600. 0660 opens the segment to the file's group                    */
  int64_t evict_after_ms;  /* block: a reader that keeps the writer waiting so long loses its place; 0 never         */
} qads_arena_options;

QADS_API void qads_arena_options_init(qads_arena_options* options);

/* Creates segment `name` ([A-Za-z0-9][A-Za-z0-9._-]{0,199}) and holds its writer lock until the stream
 * ends: qads_writer_finish, or the close of the writer, or that of an arena without one. The name appears when the segment is complete. options may be NULL. Errors: EXISTS (live writer, or takeover
 * refused), INVALID, NO_SPACE, PERMISSION, FILESYSTEM, SYSTEM. */
QADS_API qads_status qads_create_arena(const char* name, const qads_arena_options* options, qads_arena** out);

enum {
  QADS_ATTACH_OFFLINE = 1 /* read a copy of a segment file: its identity isn't checked, and it is mapped privately,
                             so that reading changes nothing in the file                                             */
};

typedef struct qads_attach_options {
  uint32_t struct_size;
  uint32_t flags;        /* QADS_ATTACH_*                                                                            */
  const char* directory; /* as above                                                                                 */
  int64_t timeout_ms;    /* how long to wait for the name to appear; default 0                                       */
} qads_attach_options;

QADS_API void qads_attach_options_init(qads_attach_options* options);

/* Attaches to an existing segment, to read or to look at it. Errors: NOT_FOUND (also after the timeout), FOREIGN, VERSION,
 * CORRUPT (truncated or damaged), PERMISSION, INVALID, FILESYSTEM, SYSTEM. */
QADS_API qads_status qads_attach_arena(const char* name, const qads_attach_options* options, qads_arena** out);

QADS_API qads_status qads_arena_close(qads_arena* arena);
QADS_API void qads_arena_free(qads_arena* arena); /* NULL is fine */

/* Memory in the data area of an arena that this process created, for building batches that a write needn't copy:
 * 64-byte aligned, `size` bytes (0 is fine; contents undefined) and zeros to the next multiple of 64. Waits for room as
 * a write does. The address stays valid until qads_allocation_release, which may come from any thread, also after the
 * arena was closed and freed; batches published from it keep the memory for themselves. What is written into it after
 * publishing, readers see: don't. Errors: TIMEOUT, WOULD_NOT_FIT, NO_SPACE, INVALID, CLOSED, FORKED. */
QADS_API qads_status qads_arena_allocate(qads_arena* arena, int64_t size, int64_t timeout_ms, void** address,
                                         qads_allocation** out);
QADS_API void qads_allocation_release(qads_allocation* allocation); /* NULL is fine */

typedef struct qads_arena_info {
  uint32_t struct_size; /* set by the caller: sizeof(qads_arena_info)                                                */
  uint32_t layout_major;
  uint32_t layout_minor;
  int32_t slots;
  int32_t reader_capacity;
  int32_t overflow;
  int32_t lifetime;
  int32_t writer_alive; /* by its lock, not by its pid                                                        */
  int32_t finished;     /* 0 open, 1 finished, 2 closed without finish                                        */
  int32_t has_schema;
  int64_t capacity;
  int64_t evict_after_ms;
  int64_t writer_pid; /* for people: pids mean little across containers                                     */
  int64_t created_unix_ns;
  uint64_t head;              /* sequence of the next batch to be published                                         */
  uint64_t tail;              /* oldest sequence that may still be readable                                         */
  uint64_t superseded_unread; /* batches that takeover of the name left unread                                      */
  uint64_t messages;          /* written by the writer since creation, as are the following                         */
  uint64_t rows;
  uint64_t bytes_copied;
  uint64_t bytes_referenced; /* published in place, without a copy                                                 */
  uint64_t dropped_batches;  /* drop_oldest: given up to make room, read or not                                       */
  uint64_t stalls;           /* writes that had to wait for room                                                   */
  uint64_t stalled_ns;       /* what they waited, one that still waits included                                   */
  uint64_t evicted_readers;
  uint64_t reaped_readers; /* dead readers that the writer cleaned up after                                      */
  uint64_t reserved_bytes; /* bytes of the data area backed by memory so far                                     */
  uint8_t uuid[16];
} qads_arena_info;

/* Doesn't block; figures of other processes are a snapshot, not a transaction. Works on every open arena. */
QADS_API qads_status qads_arena_get_info(qads_arena* arena, qads_arena_info* out);

/* The schema, without becoming a reader. The caller owns *out and releases it. Doesn't block. Works on every open arena.
 * Errors: NOT_FOUND (the writer has set none yet), CORRUPT, CLOSED, FORKED. */
QADS_API qads_status qads_arena_get_schema(qads_arena* arena, struct ArrowSchema* out);

typedef struct qads_reader_state {
  int32_t entry;
  int32_t alive; /* by its lock                                                                            */
  int32_t evicted;
  int32_t held_batches;
  int64_t pid; /* for people                                                                             */
  int64_t attached_unix_ns;
  int64_t oldest_held_ns; /* time since the oldest batch that it holds was published, 0 if it holds none              */
  uint64_t position;      /* next sequence it will read                                                             */
  uint64_t lag;           /* batches published and not yet read by it                                               */
  uint64_t lost;          /* batches lost to overrun                                                                */
} qads_reader_state;

/* Fills at most `capacity` entries, one for each attached reader; *count gets how many there are. Doesn't block. */
QADS_API qads_status qads_arena_get_readers(qads_arena* arena, qads_reader_state* out, int32_t capacity,
                                            int32_t* count);

/* ---- The flat form ----------------------------------------------------------------------------------------------- */

/* A batch as two plain tables, for bindings that would spend more on objects than on the hand-over. Nodes stand in
 * pre-order: the batch's own struct first, then column after column, each followed by its children and then by its
 * dictionary. Buffers stand in the order of their nodes; within a node in the order of the Arrow C Data interface (a
 * struct has its validity, unions have no validity, null and run-end encoded have none), except that views don't carry
 * the trailing buffer of sizes: each buffer's own length says it. */
typedef struct qads_node {
  int64_t length;       /* rows                                                                                      */
  int64_t null_count;   /* -1: unknown, the core counts                                                              */
  int64_t buffer_count; /* of this node alone; only views vary: 2 + the number of data buffers                       */
} qads_node;

typedef struct qads_buffer {
  const void* address; /* NULL: absent (an all-valid column's validity), then length is 0                            */
  int64_t length;      /* bytes that may be read                                                                     */
} qads_buffer;

typedef struct qads_lease qads_lease;

enum {
  QADS_BATCH_FIRST = 1, /* first batch of its message                                                                */
  QADS_BATCH_LAST = 2   /* last batch of its message                                                                 */
};

typedef struct qads_flat_batch {
  int64_t node_count;
  int64_t buffer_count;
  const qads_node* nodes;
  const qads_buffer* buffers;
  qads_lease* lease; /* when read: owns the memory of nodes and buffers and holds the batch; unused when written     */
} qads_flat_batch;

typedef struct qads_batch_info {
  uint64_t sequence;    /* number of the batch since the segment began, from 0                                       */
  uint64_t lost_before; /* batches lost to overrun between the batch taken before and this one                       */
  int64_t length;       /* rows                                                                                      */
  uint32_t flags;       /* QADS_BATCH_*                                                                              */
  uint32_t reserved;
} qads_batch_info;

/* ---- Writer ------------------------------------------------------------------------------------------------------ */

enum {
  QADS_WAIT_ADAPTIVE = 0, /* spin for a short while, then sleep                                                      */
  QADS_WAIT_BUSY = 1,     /* spin all the time: lowest latency, a whole core                                         */
  QADS_WAIT_SLEEP = 2,    /* sleep at once                                                                           */
  QADS_WAIT_POLL = 3      /* spin for a short while, then look again after naps of an eighth of the time waited, at most
                           * 1 ms: a writer never pays for waking such a reader, which pays with up to a thousand looks
                           * a second. Readers that free room still make a call for a writer that polls, one a nap     */
};

/* Asked by a call of the writer while it waits, every 10 ms or so, in its own thread. Other than 0 ends the wait: the call
 * fails with QADS_ERR_TIMEOUT. For languages whose signal handlers run only when they are asked for. It must not use the
 * writer. */
typedef int (*qads_interrupted)(void* context);

typedef struct qads_writer_options {
  uint32_t struct_size;
  int32_t wait;                 /* QADS_WAIT_*                                                                       */
  qads_interrupted interrupted; /* default NULL                                                                      */
  void* interrupted_context;    /* handed to it; must live as long as the writer                                     */
} qads_writer_options;

QADS_API void qads_writer_options_init(qads_writer_options* options);

/* The one writer of an arena that this process created. schema: the batches' schema (a struct, "+s"), borrowed; NULL
 * leaves it to the first write. Errors: EXISTS (the arena has a writer), INVALID (an attached arena), UNSUPPORTED_TYPE,
 * WOULD_NOT_FIT (schema section), NO_SPACE, CLOSED, FORKED. */
QADS_API qads_status qads_create_writer(qads_arena* arena, const struct ArrowSchema* schema,
                                        const qads_writer_options* options, qads_writer** out);

/* Sets the schema before the first batch, so that readers can see it. Errors: SCHEMA_MISMATCH once it is set to another
 * one; INVALID, UNSUPPORTED_TYPE, WOULD_NOT_FIT (schema section), NO_SPACE, CLOSED, FORKED. */
QADS_API qads_status qads_writer_set_schema(qads_writer* writer, const struct ArrowSchema* schema);

enum {
  QADS_WRITE_MORE = 1,             /* the message goes on: the next write belongs to it                              */
  QADS_WRITE_MESSAGE_PER_BATCH = 2 /* streams: every batch is a message of its own, instead of one in all            */
};

/* Publishes one batch: a struct array whose children are the columns. `batch` and `schema` are borrowed, never released.
 * schema may be NULL once it is known; if given it must equal the segment's, but for the metadata of the schema itself:
 * those of the first one stay (pandas writes the range of a frame's index there). The batch's offset and any child's are
 * honoured. A batch larger than the data area is cut by rows into several batches of one message. Buffers in memory of
 * qads_arena_allocate are published in place where the normal form allows (see qads_writer_get_last_write).
 * Waits while there is no room (block), or while all of it is held (drop_oldest). A wait for ever that only the calling
 * thread itself could end, because its own reader of this segment is all that is in the way, ends after 5 s with TIMEOUT.
 * Errors: TIMEOUT (names the slowest readers or the holders), WOULD_NOT_FIT, NO_SPACE, SCHEMA_MISMATCH, INVALID (malformed
 * array, nothing was published), UNSUPPORTED_TYPE, CLOSED, FORKED. After a failure in the middle of a message the message
 * is given up: readers of whole messages never see it, and the next write begins a new one. */
QADS_API qads_status qads_writer_write(qads_writer* writer, const struct ArrowArray* batch,
                                       const struct ArrowSchema* schema, uint32_t flags, int64_t timeout_ms);

/* The same for a batch in flat form (all offsets 0). The schema must be known. */
QADS_API qads_status qads_writer_write_flat(qads_writer* writer, const qads_flat_batch* batch, uint32_t flags,
                                            int64_t timeout_ms);

/* Writes every batch of the stream and takes ownership of it: it is released in any case. One message in all, unless flags
 * say QADS_WRITE_MESSAGE_PER_BATCH. A stream without batches sends a batch of no rows, so that its schema arrives.
 * timeout_ms bounds each batch's wait for room. The stream may close the writer, but call it in no other way (INVALID).
 * Errors: as write, and PRODUCER. */
QADS_API qads_status qads_writer_write_stream(qads_writer* writer, struct ArrowArrayStream* stream, uint32_t flags,
                                              int64_t timeout_ms);

/* Gives up a message begun with QADS_WRITE_MORE: readers of whole messages never see it, and the next write begins a new
 * one. Nothing happens if no message is open. Doesn't block. Errors: CLOSED, FORKED. */
QADS_API qads_status qads_writer_give_up_message(qads_writer* writer);

enum {
  QADS_COPY_NONE = 0,       /* published in place                                                                    */
  QADS_COPY_OUTSIDE = 1,    /* the memory isn't the arena's                                                          */
  QADS_COPY_BIT_OFFSET = 2, /* a bitmap that doesn't begin at a byte                                                 */
  QADS_COPY_REBASED = 3,    /* offsets or indices that don't begin at 0                                              */
  QADS_COPY_ALIGNMENT = 4   /* not 64-byte aligned                                                                   */
};

typedef struct qads_column_report {
  int64_t bytes_copied;
  int64_t bytes_referenced;
  int32_t reason; /* QADS_COPY_*: why the first copied buffer of the column was copied                               */
  int32_t reserved;
} qads_column_report;

/* What the last successful write did with each top-level column; fills at most `capacity`, *count gets their number. */
QADS_API qads_status qads_writer_get_last_write(qads_writer* writer, qads_column_report* out, int64_t capacity,
                                                int64_t* count);

/* Waits until `readers` readers are attached; TIMEOUT names how many are. */
QADS_API qads_status qads_writer_wait_readers(qads_writer* writer, int32_t readers, int64_t timeout_ms);

/* Waits until every attached reader has read everything published; TIMEOUT names who hasn't. Returns at once with none. */
QADS_API qads_status qads_writer_wait_drained(qads_writer* writer, int64_t timeout_ms);

/* Marks the end of the stream. Readers get QADS_END_OF_STREAM after the last batch. Doesn't wait for them. Twice is fine;
 * writing afterwards is QADS_ERR_CLOSED. */
QADS_API qads_status qads_writer_finish(qads_writer* writer);

/* Without qads_writer_finish before, readers get QADS_ERR_WRITER_DIED after the last batch ("closed without finish"). */
QADS_API qads_status qads_writer_close(qads_writer* writer);
QADS_API void qads_writer_free(qads_writer* writer); /* NULL is fine */

/* ---- Reader ------------------------------------------------------------------------------------------------------ */

enum { QADS_START_EARLIEST = 0, QADS_START_LATEST = 1 };

/* What an overrun does (drop_oldest). */
enum {
  QADS_LOSS_ERROR = 0, /* QADS_ERR_OVERRUN once, naming how many; the next call goes on                              */
  QADS_LOSS_COUNT = 1  /* goes on at once; qads_batch_info.lost_before and the statistics count                      */
};

typedef struct qads_reader_options {
  uint32_t struct_size;
  int32_t start; /* QADS_START_*: at the oldest message retained, or at the next one published                       */
  int32_t wait;  /* QADS_WAIT_*                                                                                      */
  int32_t loss;  /* QADS_LOSS_*                                                                                      */
} qads_reader_options;

QADS_API void qads_reader_options_init(qads_reader_options* options);

/* Joins the segment's readers. The arena may be freed afterwards. Errors: TOO_MANY_READERS, CLOSED, FORKED, SYSTEM. */
QADS_API qads_status qads_attach_reader(qads_arena* arena, const qads_reader_options* options, qads_reader** out);

/* The schema, waiting until the writer has set it. The caller owns *out and releases it.
 * Errors: TIMEOUT, END_OF_STREAM or WRITER_DIED (ended without a schema), CORRUPT, CLOSED, FORKED. */
QADS_API qads_status qads_reader_get_schema(qads_reader* reader, int64_t timeout_ms, struct ArrowSchema* out);

/* The next batch, without a copy: its buffers lie in the read-only mapping; every offset in the tree is 0. The caller owns
 * *out; the lease ends when the last of the tree's arrays (children may be moved out) is released, from any thread, also
 * after the reader was closed and freed. info may be NULL.
 * Errors: TIMEOUT, END_OF_STREAM, WRITER_DIED, OVERRUN, EVICTED, CORRUPT, CLOSED, FORKED. */
QADS_API qads_status qads_reader_next(qads_reader* reader, int64_t timeout_ms, struct ArrowArray* out,
                                      qads_batch_info* info);

/* The same in flat form; release with qads_lease_release(out->lease). */
QADS_API qads_status qads_reader_next_flat(qads_reader* reader, int64_t timeout_ms, qads_flat_batch* out,
                                           qads_batch_info* info);

/* Ends the lease and frees the tables; any thread, once for each taken (and retained) lease; NULL is fine. */
QADS_API void qads_lease_release(qads_lease* lease);

/* One more owner of the lease, to be released on its own. Any thread. */
QADS_API void qads_lease_retain(qads_lease* lease);

/* One whole message as a stream of its batches, all of them there already: get_next doesn't wait. The caller owns *out.
 * Never part of a message: if the writer gave it up, the next one is returned. A message that takes half of the slots or of
 * the data area is copied out, so that the writer has room for the next one while this one is held: a segment of three
 * times the largest message copies none. timeout_ms is for the whole message; after a TIMEOUT in the middle the next call
 * goes on with the same message. info: sequence of the message's first batch, rows of all. */
QADS_API qads_status qads_reader_next_message(qads_reader* reader, int64_t timeout_ms, struct ArrowArrayStream* out,
                                              qads_batch_info* info);

/* All that follows as a C stream; get_next waits up to timeout_ms for each batch and fails with ETIMEDOUT. The stream keeps
 * the reader's place for itself: the handle may be used, closed (then get_next fails) or freed (it doesn't). get_last_error
 * has the message. At the end of the stream get_next returns a released array; WRITER_DIED and OVERRUN are EIO. */
QADS_API qads_status qads_reader_export_stream(qads_reader* reader, int64_t timeout_ms, struct ArrowArrayStream* out);

/* Waits until qads_reader_next has something to look at: QADS_OK for a batch, and also for an overrun, an eviction, or the
 * rest of a message that began before this reader joined (which it skips). Else what it would return. Takes nothing. */
QADS_API qads_status qads_reader_wait(qads_reader* reader, int64_t timeout_ms);

/* For event loops: a descriptor that is readable (poll, select, epoll) while qads_reader_next has something to look at. Then call
 * it, or qads_reader_next_message, with a timeout of 0: its TIMEOUT makes the descriptor unreadable until there is more. Don't
 * read, write or close it: it goes with the reader and the streams exported from it. The first call starts a thread that
 * sleeps (with QADS_WAIT_POLL: polls) for its sake. Errors: CLOSED, FORKED, SYSTEM (no thread, no descriptor). */
QADS_API qads_status qads_reader_get_fd(qads_reader* reader, int* out);

typedef struct qads_reader_stats {
  uint32_t struct_size; /* set by the caller                                                                         */
  int32_t held_batches;
  uint64_t position; /* next sequence to be read                                                                  */
  uint64_t head;     /* next sequence to be published                                                             */
  uint64_t batches;  /* handed out so far                                                                         */
  uint64_t rows;
  uint64_t bytes;
  uint64_t lost;   /* batches lost to overrun so far                                                            */
  uint64_t sleeps; /* waits that went to the kernel                                                             */
} qads_reader_stats;

/* Doesn't block, also while another thread waits in this reader. */
QADS_API qads_status qads_reader_get_stats(qads_reader* reader, qads_reader_stats* out);

/* Gives up the reader's place. Batches still held stay valid until they are released. */
QADS_API qads_status qads_reader_close(qads_reader* reader);
QADS_API void qads_reader_free(qads_reader* reader); /* NULL is fine */

/* ---- Events ------------------------------------------------------------------------------------------------------ */

/* What happened, told in the process and the thread that noticed it. Kinds are never renumbered and never reused. */
enum {
  QADS_EVENT_CREATED = 1,         /* this process created the segment                                                */
  QADS_EVENT_TAKEN_OVER = 2,      /* and it replaced one whose writer had gone; batches: left unread there           */
  QADS_EVENT_REMOVED = 3,         /* this process removed the segment's name                                         */
  QADS_EVENT_READER_ATTACHED = 4, /* a reader of this process; batches: it can read at once                          */
  QADS_EVENT_READER_LEFT = 5,     /* a reader of this process closed; batches: it lost to overrun in all             */
  QADS_EVENT_READER_LAGS = 6,     /* block: writes wait for this reader; batches: it is behind; waited_ns            */
  QADS_EVENT_READER_EVICTED = 7,  /* block: it kept the writer waiting too long; batches: it was behind              */
  QADS_EVENT_READER_REAPED = 8,   /* it died, and its entry was cleaned                                              */
  QADS_EVENT_BATCHES_LOST = 9,    /* drop_oldest: a reader of this process was overrun; batches: lost since last told */
  QADS_EVENT_WRITER_DIED = 10,    /* a reader of this process found its writer dead, or closed without finish        */
  QADS_EVENT_STALLED = 11         /* writes wait for room, and for no reader that lags; waited_ns                    */
};

enum { QADS_LEVEL_INFO = 1, QADS_LEVEL_WARNING = 2 };

typedef struct qads_event {
  uint32_t struct_size; /* sizeof(qads_event) of the library, which may be larger than the caller's                  */
  int32_t kind;         /* QADS_EVENT_*                                                                              */
  int32_t level;        /* QADS_LEVEL_*                                                                              */
  int32_t entry;        /* of the reader that it is about, as in qads_reader_state; -1 without one                   */
  int64_t pid;          /* of that reader, for people; 0 without one                                                 */
  uint64_t batches;     /* as above; else 0                                                                          */
  int64_t waited_ns;    /* as above; else 0                                                                          */
  const char* segment;  /* its name; texts are valid during the call                                                 */
  const char* message;  /* a sentence for people, naming the segment and the numbers                                 */
} qads_event;

/* Called from inside calls of this library, by any thread, several at a time. It should be quick: the call waits for it. It
 * must not throw, nor use any handle of this library; it may call qads_set_observer and qads_last_error. */
typedef void (*qads_observer)(void* context, const qads_event* event);

/* The one observer of this process (of this copy of the library), NULL for none. Returns when no other thread is inside the
 * observer before, whose context may be freed then; from within an observer it returns at once. Don't call it with a lock
 * that the observer takes. Lag and stalls are told after a second of waiting, then at most every ten seconds; losses of a
 * reader at most every second. While there is no observer, events cost nothing. A fork's child has none until it sets one.
 * Errors: NO_MEMORY. */
QADS_API qads_status qads_set_observer(qads_observer observer, void* context);

/* ---- The segment directory --------------------------------------------------------------------------------------- */

/* Calls visit(context, name) for every segment file, alive or not, and whatever is in it; stops when visit returns
 * non-zero. Links, directories and pipes aren't files of segments: qads_collect tells of them. */
QADS_API qads_status qads_list(const char* directory, int (*visit)(void* context, const char* name), void* context);

enum { QADS_REMOVE_UNREAD = 1 /* also if batches are unread, readers attached, or it is damaged */ };

/* Removes the name of a segment without a live writer. Attached readers keep what they have. Errors: NOT_FOUND, FOREIGN,
 * PERMISSION, EXISTS (live writer; or unread batches or readers, without QADS_REMOVE_UNREAD), and without
 * QADS_REMOVE_UNREAD also CORRUPT (damaged, or a copy) and VERSION: nobody knows what is unread there. */
QADS_API qads_status qads_remove(const char* name, const char* directory, uint32_t flags);

enum {
  QADS_COLLECT_DRY_RUN = 1, /* look, remove nothing                                                                  */
  QADS_COLLECT_UNREAD = 2   /* remove QADS_FOUND_UNREAD and QADS_FOUND_DAMAGED as well                               */
};

/* What qads_collect thinks of a file. The first three are removed, the next two by request, the others never. */
enum {
  QADS_FOUND_READ = 1,        /* the writer is gone, nobody is attached, and everything was read                     */
  QADS_FOUND_ENDED = 2,       /* nobody is attached, and its lifetime ended with its writer, which died              */
  QADS_FOUND_TAKEOVER = 3,    /* a new segment whose creator died before it put it in the place of an old one        */
  QADS_FOUND_UNREAD = 4,      /* the writer is gone and nobody is attached, but batches are unread                   */
  QADS_FOUND_DAMAGED = 5,     /* the same, but damaged or of another layout: nobody knows what is unread             */
  QADS_FOUND_KEPT = 6,        /* its lifetime is QADS_LIFETIME_KEEP                                                  */
  QADS_FOUND_LIVE = 7,        /* its writer lives                                                                    */
  QADS_FOUND_READERS = 8,     /* readers are attached                                                                */
  QADS_FOUND_FOREIGN = 9,     /* not a segment, whatever its name: another file, a link, a directory, a pipe         */
  QADS_FOUND_PERMISSION = 10, /* another user's, or the directory's permissions forbid removing it                   */
  QADS_FOUND_FAILED = 11      /* looking at it, or removing it, failed                                               */
};

typedef struct qads_found {
  const char* file;   /* its name in the directory                                                                   */
  const char* name;   /* of the segment; NULL where a takeover makes its file, whatever is found there                */
  const char* reason; /* one sentence for people                                                                     */
  int32_t verdict;    /* QADS_FOUND_*                                                                                */
  int32_t removed;    /* 1: it is gone (dry run: it would be)                                                        */
  uint64_t unread;    /* batches, where that is known                                                                */
  uint64_t bytes;     /* of memory, or disk, behind the file                                                         */
} qads_found;

/* Looks at whatever has a segment's name in the directory, and at what creators left that were killed, and removes what
 * nobody needs any more; calls visit(context, found) for each, removed or not, and stops when that returns non-zero. `found`
 * is valid during the call. A file that can't be looked at doesn't end it. Attached readers and live writers are never
 * disturbed: each file goes under its own writer lock. Errors: NOT_FOUND (no such directory), PERMISSION, INVALID, SYSTEM. */
QADS_API qads_status qads_collect(const char* directory, uint32_t flags,
                                  int (*visit)(void* context, const qads_found* found), void* context);

/* What a dry run of qads_collect says of one name, without a look at the others: calls visit(context, found) once.
 * Errors: NOT_FOUND (nothing has this name, or no such directory), PERMISSION, INVALID, SYSTEM. */
QADS_API qads_status qads_find(const char* name, const char* directory,
                               int (*visit)(void* context, const qads_found* found), void* context);

/* How much memory there still is for segments on a file system that lives in it (/dev/shm): the least of what the machine
 * and this process's control groups leave, page cache that can be dropped and swap included; UINT64_MAX if nothing limits
 * it. More than that the library doesn't reserve (NO_SPACE), because beyond it the kernel kills instead of refusing. `limit`
 * gets at most `size` bytes with a 0 at their end: what leaves so little, such as "memory.max of /sys/fs/cgroup", for
 * people; it may be NULL if size is 0. Doesn't block; any thread. Errors: INVALID, NO_MEMORY. */
QADS_API qads_status qads_memory_left(uint64_t* bytes, char* limit, size_t size);

#ifdef __cplusplus
}
#endif
#endif /* QADATASWAP_QADATASWAP_H */
