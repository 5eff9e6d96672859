#include <algorithm>

#include "commands.hpp"
#include "interrupt.hpp"
#include "rows.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr Option kOptions[] = {
    {'e', "earliest", nullptr, "begin at the oldest rows that are there, instead of the next ones to come"},
    {'n', "rows", "N", "stop after N rows"},
    {'t', "timeout", "SECONDS", "stop (exit status 1) when nothing came for so long (default: wait for ever)"},
    {'\0', "consume", nullptr, "take part even where unread batches would be lost to readers that come later"},
};

using Reader = std::unique_ptr<qads_reader, void (*)(qads_reader*)>;
using Lease = std::unique_ptr<qads_lease, void (*)(qads_lease*)>;

struct OwnedSchema {
  ArrowSchema schema{};
  OwnedSchema() = default;
  OwnedSchema(const OwnedSchema&) = delete;
  OwnedSchema& operator=(const OwnedSchema&) = delete;
  ~OwnedSchema() {
    if (schema.release != nullptr) schema.release(&schema);
  }
};

bool anyone_reads(const Segment& segment) {
  return std::any_of(segment.readers.begin(), segment.readers.end(),
                     [](const qads_reader_state& reader) { return reader.alive != 0; });
}

// A finished stream that nobody reads is looked at without changing a thing: joining and leaving would take its name along.
// Never a live one: what is read offline isn't held. So it must still be the same file.
Arena find(const std::string& directory, const std::string& name, Segment& segment, bool& peek) {
  for (;;) {
    Look look = look_at(directory, name);
    segment = std::move(look.segment);
    peek = segment.info.writer_alive == 0 && !anyone_reads(segment);
    if (!peek) return std::move(look.arena);
    Arena offline = attach(directory, name, QADS_ATTACH_OFFLINE);
    if (is_same(info_of(offline.get()), segment.info)) return offline;
  }
}

void check_losses(const Segment& segment) {
  if (segment.info.overflow != QADS_OVERFLOW_BLOCK || segment.file.unread == 0 || anyone_reads(segment)) return;
  throw Failure(kNo, number_text(segment.file.unread, "batch waits", "batches wait") +
                         " for a first reader. tail would be that reader, and they would be gone for those that come "
                         "later: start the others first, or say --consume");
}

class Tail {
 public:
  Tail(const Arguments& arguments, std::ostream& out, std::ostream& err)
      : timeout_(arguments.seconds("timeout", -1)),
        left_(arguments.number("rows", INT64_MAX, 0, INT64_MAX)),
        json_(arguments.has("json")),
        out_(out),
        err_(err) {}

  Exit run(qads_reader* reader) {
    OwnedSchema schema;
    const auto get_schema = [&](std::int64_t wait_ms) {
      return qads_reader_get_schema(reader, wait_ms, &schema.schema);
    };
    if (qads_status status = wait(get_schema); status != QADS_OK) return ended(status);
    Rows rows(schema.schema, json_);
    while (left_ > 0) {
      qads_flat_batch batch{};
      qads_batch_info info{};
      const auto next = [&](std::int64_t wait_ms) { return qads_reader_next_flat(reader, wait_ms, &batch, &info); };
      if (qads_status status = wait(next); status != QADS_OK) return ended(status);
      Lease lease(batch.lease, qads_lease_release);
      tell_losses(info);
      print(rows, batch, lease);
      left_ -= std::min(left_, info.length);
    }
    return kOk;
  }

 private:
  // In pieces, so that Ctrl-C ends it.
  template <typename Call>
  qads_status wait(Call call) const {
    constexpr std::int64_t kPieceMs = 100;
    const std::int64_t begin = monotonic_ns();
    for (;;) {
      if (interrupted()) throw Interrupted{};
      std::int64_t piece = kPieceMs;
      if (timeout_ >= 0) piece = std::clamp<std::int64_t>((begin + timeout_ - monotonic_ns()) / 1'000'000, 0, piece);
      const qads_status status = call(piece);
      if (status != QADS_ERR_TIMEOUT) return status;
      if (timeout_ >= 0 && monotonic_ns() - begin >= timeout_) return status;
    }
  }

  void tell_losses(const qads_batch_info& info) {
    if (info.lost_before == 0) return;
    err_ << "qads tail: " << number_text(info.lost_before, "batch was", "batches were") << " lost before batch "
         << info.sequence << '\n';
  }

  // The lease ends when all is made, before its last piece goes to what may be slow.
  void print(Rows& rows, const qads_flat_batch& batch, Lease& lease) {
    rows.begin(batch, left_);
    do {
      const std::string lines = rows.next();
      if (rows.done()) lease.reset();
      out_ << lines << std::flush;
    } while (!rows.done());
  }

  static Exit ended(qads_status status) {
    if (status == QADS_END_OF_STREAM) return kOk;
    check(status);
    return kFailed;
  }

  std::int64_t timeout_;  // ns; negative: for ever
  std::int64_t left_;     // rows
  bool json_;
  std::ostream& out_;
  std::ostream& err_;
};

Exit run_tail(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  Tail tail(arguments, out, err);
  const Interruptible until_told;
  Segment segment;
  bool peek = false;
  const Arena arena = find(directory_of(arguments), arguments.operands().front(), segment, peek);
  if (!peek && !arguments.has("consume")) check_losses(segment);
  qads_reader_options options;
  qads_reader_options_init(&options);
  const bool ended = segment.info.writer_alive == 0;
  options.start = ended || arguments.has("earliest") ? QADS_START_EARLIEST : QADS_START_LATEST;
  options.loss = QADS_LOSS_COUNT;
  qads_reader* attached = nullptr;
  check(qads_attach_reader(arena.get(), &options, &attached));
  const Reader reader(attached, qads_reader_free);
  return tail.run(attached);
}

}  // namespace

const Command kTail{
    "tail",
    "NAME",
    1,
    1,
    true,
    "prints rows as they come",
    R"(Prints the rows of a segment as they come, until the stream ends, N rows were printed, or Ctrl-C (exit status 0).
A stream that broke off ends it with exit status 1.

tail is a reader like any other: it takes a place (see qads stat), and a writer that blocks waits for it. It lets go
of each batch before printing it (of one that makes more than 64 MiB of text, before the last of it), so what holds a
writer up is only output that isn't taken (a terminal that was stopped). Where a blocking writer still waits for its
first reader, tail is refused, because what it has read is then gone: say --consume to do it anyway.

A stream that has ended and that nobody reads is printed from its oldest row on, and nothing is changed by that:
it stays for its readers.

With --json each row is an object on a line of its own. Numbers are exact; what JSON has no numbers for are strings:
decimals, NaN and Infinity, bytes (hexadecimal), dates and times (ISO 8601; with a zone: in UTC, with Z), durations
and intervals (PT1.5S). Maps are arrays of pairs; of unions, dictionaries and run-end encodings it is the value.
Text cuts cells to 60 characters.

)",
    kOptions,
    run_tail};

}  // namespace qads::cli
