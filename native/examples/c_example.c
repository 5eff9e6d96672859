/* Writes two columns through the C ABI and reads them again, in plain C, with no Arrow library: the Arrow C Data interface by hand. */
#include <inttypes.h>
#include <qadataswap/qadataswap.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is described here lies in this program's own static memory: there is nothing to free. */
static void release_schema(struct ArrowSchema* schema) { schema->release = NULL; }
static void release_array(struct ArrowArray* array) { array->release = NULL; }

/* A table of fruit: how many, and their names. */
static struct ArrowSchema columns[2] = {
    {.format = "l", .name = "count", .release = release_schema},
    {.format = "u", .name = "fruit", .flags = ARROW_FLAG_NULLABLE, .release = release_schema},
};
static struct ArrowSchema* column_list[2] = {&columns[0], &columns[1]};
static struct ArrowSchema schema = {
    .format = "+s", .name = "", .n_children = 2, .children = column_list, .release = release_schema};

static const int64_t counts[3] = {4, 8, 15};
static const uint8_t fruit_valid[1] = {0x05}; /* the second is null */
static const int32_t fruit_offsets[4] = {0, 5, 5, 9};
static const char fruit_text[] = "applekiwi";

static const void* count_buffers[2] = {NULL, counts};
static const void* fruit_buffers[3] = {fruit_valid, fruit_offsets, fruit_text};
static const void* batch_buffers[1] = {NULL};
static struct ArrowArray arrays[2] = {
    {.length = 3, .n_buffers = 2, .buffers = count_buffers, .release = release_array},
    {.length = 3, .null_count = 1, .n_buffers = 3, .buffers = fruit_buffers, .release = release_array},
};
static struct ArrowArray* array_list[2] = {&arrays[0], &arrays[1]};
static struct ArrowArray batch = {.length = 3,
                                  .n_buffers = 1,
                                  .n_children = 2,
                                  .buffers = batch_buffers,
                                  .children = array_list,
                                  .release = release_array};

/* Says what failed; every function of the library returns QADS_OK or a code whose message qads_last_error() has. */
static int check(qads_status status, const char* what) {
  if (status == QADS_OK) return 1;
  fprintf(stderr, "%s: %s: %s\n", what, qads_status_name(status), qads_last_error());
  return 0;
}

static int write_fruit(const char* name) {
  qads_arena* arena = NULL;
  qads_writer* writer = NULL;
  qads_arena_options options;
  qads_arena_options_init(&options);
  options.capacity = 1 << 20;
  const int done = check(qads_create_arena(name, &options, &arena), "create") &&
                   check(qads_create_writer(arena, &schema, NULL, &writer), "create writer") &&
                   check(qads_writer_write(writer, &batch, NULL, 0, 1000), "write") &&
                   check(qads_writer_finish(writer), "finish");
  qads_writer_free(writer); /* what was written stays in the segment until it has been read */
  qads_arena_free(arena);
  return done;
}

static void print_rows(const struct ArrowArray* rows) {
  const int64_t* count = rows->children[0]->buffers[1];
  const uint8_t* valid = rows->children[1]->buffers[0];
  const int32_t* offsets = rows->children[1]->buffers[1];
  const char* text = rows->children[1]->buffers[2];
  for (int64_t row = 0; row < rows->length; ++row) {
    const int is_null = valid != NULL && (valid[row / 8] >> (row % 8) & 1) == 0;
    printf("%3" PRId64 " %.*s\n", count[row], is_null ? 1 : (int)(offsets[row + 1] - offsets[row]),
           is_null ? "-" : text + offsets[row]);
  }
}

static int read_fruit(const char* name) {
  qads_arena* arena = NULL;
  qads_reader* reader = NULL;
  int done = check(qads_attach_arena(name, NULL, &arena), "attach") &&
             check(qads_attach_reader(arena, NULL, &reader), "attach reader");
  qads_arena_free(arena);
  while (done) {
    struct ArrowArray rows;
    const qads_status status = qads_reader_next(reader, 1000, &rows, NULL);
    if (status == QADS_END_OF_STREAM) break;
    done = check(status, "read");
    if (!done) break;
    print_rows(&rows);
    rows.release(&rows); /* ends the lease: the writer may use that memory again */
  }
  qads_reader_free(reader);
  return done;
}

int main(void) {
  char name[64];
  snprintf(name, sizeof(name), "c_example_%ld", (long)getpid());
  return write_fruit(name) && read_fruit(name) ? 0 : 1;
}
