#include "channel/writer.hpp"

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/futex.hpp"

namespace qads::channel {

namespace {

// A batch that must be cut is cut into pieces of this part of the data area, so that readers can work on one while the
// next is written.
constexpr std::uint64_t kPiecesPerArea = 4;

constexpr std::int64_t kForever = -1;

bool lock_within(std::timed_mutex& mutex, std::chrono::nanoseconds duration) {
#if defined(__SANITIZE_THREAD__)
  // The sanitizer doesn't see locks that are taken by the monotonic clock.
  return mutex.try_lock_until(std::chrono::system_clock::now() + duration);
#else
  return mutex.try_lock_for(duration);
#endif
}

}  // namespace

Writer::Writer(std::shared_ptr<Publisher> publisher, ring::WaitMode mode, Interruption interruption)
    : publisher_(std::move(publisher)), mode_(mode), interruption_(interruption) {}

void Writer::require_open() const {
  if (closed_) throw Error(Code::kClosed, about() + "the writer is closed");
}

void Writer::require_unfinished() const {
  require_open();
  if (!finished_) return;
  throw Error(Code::kClosed, about() + "the writer has finished its stream");
}

void Writer::take_turn(std::int64_t timeout_ms) {
  // A producer that calls the writer that is writing its stream would wait for itself.
  if (is_our_turn()) {
    throw Error(Code::kInvalid, about() +
                                    "this writer is in the middle of a write, and what is being written called it: a "
                                    "stream can't write to, or finish, the writer that writes it");
  }
  if (!mutex_.try_lock()) wait_for_turn(timeout_ms);
  turn_of_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void Writer::end_turn() {
  turn_of_.store({}, std::memory_order_relaxed);
  mutex_.unlock();
}

void Writer::wait_for_turn(std::int64_t timeout_ms) {
  const ring::Deadline deadline(timeout_ms);
  for (;;) {
    require_open();
    const std::int64_t left = deadline.left(os::monotonic_ns());
    if (lock_within(mutex_, std::chrono::nanoseconds(std::clamp<std::int64_t>(left, 0, ring::kIntervalNs)))) return;
    if (left <= 0) {
      throw Error(Code::kTimeout,
                  text(about(), "another call of this writer took longer than the ", timeout_ms, " ms of this one"));
    }
    if (interruption_.asked != nullptr && interruption_.asked(interruption_.context) != 0) {
      throw Error(Code::kTimeout, about() + "interrupted while another call of this writer was at work");
    }
  }
}

std::string Writer::about() const { return text("segment '", publisher_->segment().name(), "': "); }

void Writer::set_schema(const ArrowSchema& schema) {
  const Turn turn(*this, kForever);
  require_unfinished();
  apply_schema(&schema);
}

void Writer::apply_schema(const ArrowSchema* schema) {
  if (schema == nullptr) {
    if (schema_) return;
    throw Error(Code::kInvalid,
                text("segment '", publisher_->segment().name(),
                     "': the first batch needs a schema: pass one, or call qads_writer_set_schema before"));
  }
  if (schema_ && schema_->matches(*schema)) return;
  std::shared_ptr<const arrow::Schema> given =
      with_context([this] { return about(); }, [&] { return arrow::Schema::from_arrow(*schema); });
  if (schema_) {
    const std::string difference = schema_->difference(*given);
    if (difference.empty()) return;
    throw Error(Code::kSchemaMismatch,
                text("segment '", publisher_->segment().name(), "' has another schema than this batch: ", difference));
  }
  publisher_->write_schema(given->bytes());
  flattener_ = std::make_unique<arrow::Flattener>(given, publisher_->region());
  schema_ = std::move(given);
}

// A failure gives the whole message up: the next batch begins a new one, and readers of whole messages skip what there is.
template <typename Work>
void Writer::or_give_up(Work work) {
  report_so_far_.clear();
  try {
    work();
  } catch (...) {
    leave_message();
    throw;
  }
  report_.swap(report_so_far_);
}

void Writer::write(const ArrowArray& batch, const ArrowSchema* schema, std::uint32_t flags, std::int64_t timeout_ms) {
  const Turn turn(*this, timeout_ms);
  require_unfinished();
  or_give_up([&] {
    apply_schema(schema);
    write_batch(batch, batch.length, (flags & QADS_WRITE_MORE) != 0, timeout_ms);
  });
}

void Writer::write_flat(const qads_flat_batch& batch, std::uint32_t flags, std::int64_t timeout_ms) {
  const Turn turn(*this, timeout_ms);
  require_unfinished();
  or_give_up([&] {
    apply_schema(nullptr);
    if (batch.node_count < 1 || batch.nodes == nullptr) {
      throw Error(Code::kInvalid, text("segment '", publisher_->segment().name(), "': a flat batch of ",
                                       batch.node_count, " nodes; it needs at least one, the batch's own struct"));
    }
    write_batch(batch, batch.nodes[0].length, (flags & QADS_WRITE_MORE) != 0, timeout_ms);
  });
}

void Writer::write_stream(ArrowArrayStream& stream, std::uint32_t flags, std::int64_t timeout_ms) {
  const Turn turn(*this, timeout_ms);
  require_unfinished();
  try {
    or_give_up([&] { write_all(stream, flags, timeout_ms); });
  } catch (...) {
    close_if_the_stream_did();
    throw;
  }
  close_if_the_stream_did();
}

void Writer::write_all(ArrowArrayStream& stream, std::uint32_t flags, std::int64_t timeout_ms) {
  const CSchema schema = with_context([this] { return about(); }, [&] { return CSchema::of(stream); });
  apply_schema(schema.get());
  CArray first = next_of(stream);
  if (!first) {
    const EmptyBatch empty(*schema_);
    write_batch(empty.flat(), 0, false, timeout_ms);
  } else if ((flags & QADS_WRITE_MESSAGE_PER_BATCH) != 0) {
    for (; first; first = next_of(stream)) write_batch(*first.get(), first.get()->length, false, timeout_ms);
  } else {
    write_as_message(std::move(first), stream, timeout_ms);
  }
}

// A stream may have no end, and its batches may always find room: close() must wait for neither.
CArray Writer::next_of(ArrowArrayStream& stream) {
  require_open();
  CArray next = with_context([this] { return about(); }, [&] { return CArray::next(stream); });
  require_open();
  return next;
}

// One batch is kept back, because only the next one tells whether it is the last.
void Writer::write_as_message(CArray batch, ArrowArrayStream& stream, std::int64_t timeout_ms) {
  while (batch) {
    CArray next = next_of(stream);
    write_batch(*batch.get(), batch.get()->length, static_cast<bool>(next), timeout_ms);
    batch = std::move(next);
  }
}

template <typename Batch>
void Writer::write_batch(const Batch& batch, std::int64_t rows, bool more, std::int64_t timeout_ms) {
  with_context([this] { return about(); }, [&] { flattener_->plan(batch, 0, rows); });
  if (flattener_->record_bytes() <= publisher_->capacity()) {
    write_rows(batch, 0, rows, !more, timeout_ms);
  } else {
    write_pieces(batch, rows, more, timeout_ms);
  }
}

template <typename Batch>
void Writer::write_pieces(const Batch& batch, std::int64_t rows, bool more, std::int64_t timeout_ms) {
  const std::uint64_t capacity = publisher_->capacity();
  if (rows == 0) {
    throw Error(Code::kWouldNotFit, text(about(), "a batch of no rows takes ", flattener_->record_bytes(),
                                         " bytes, the data area has ", capacity, "; create it with a larger capacity"));
  }
  for (std::int64_t row = 0; row < rows;) {
    std::int64_t piece = flattener_->rows_that_fit(batch, row, capacity / kPiecesPerArea);
    if (piece == 0) piece = std::min<std::int64_t>(1, flattener_->rows_that_fit(batch, row, capacity));
    if (piece == 0) {
      flattener_->plan(batch, row, 1);
      throw Error(Code::kWouldNotFit, text("segment '", publisher_->segment().name(), "': row ", row, " alone takes ",
                                           flattener_->record_bytes(), " bytes, the data area has ", capacity,
                                           "; create it with a larger capacity"));
    }
    flattener_->plan(batch, row, piece);
    write_rows(batch, row, piece, !more && row + piece == rows, timeout_ms);
    row += piece;
  }
}

// Publishes the planned rows.
template <typename Batch>
void Writer::write_rows(const Batch& batch, std::int64_t row, std::int64_t rows, bool last, std::int64_t timeout_ms) {
  const std::uint32_t flags = (in_message_ ? 0U : layout::kFirstOfMessage) | (last ? layout::kLastOfMessage : 0U);
  if (!publisher_->publish(*flattener_, rows, flags, patience(timeout_ms))) {
    // Part of it lies in the data area without being a user's buffer: a batch that this process read from its own segment.
    flattener_->set_region({});
    flattener_->plan(batch, row, rows);
    flattener_->set_region(publisher_->region());
    publisher_->publish(*flattener_, rows, flags, patience(timeout_ms));
  }
  in_message_ = !last;
  add_to_report();
}

void Writer::add_to_report() {
  const std::vector<qads_column_report>& columns = flattener_->columns();
  if (report_so_far_.empty()) {
    report_so_far_.assign(columns.begin(), columns.end());
    return;
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    report_so_far_[i].bytes_copied += columns[i].bytes_copied;
    report_so_far_[i].bytes_referenced += columns[i].bytes_referenced;
    if (report_so_far_[i].reason == QADS_COPY_NONE) report_so_far_[i].reason = columns[i].reason;
  }
}

std::vector<qads_column_report> Writer::last_write() {
  const Turn turn(*this, kForever);
  require_open();
  return report_;
}

void Writer::wait_readers(std::int32_t readers, std::int64_t timeout_ms) {
  require_open();
  const auto capacity = publisher_->segment().header().reader_capacity;
  if (readers < 0 || static_cast<std::uint32_t>(readers) > capacity) {
    throw Error(Code::kInvalid, text("segment '", publisher_->segment().name(), "': can't wait for ", readers,
                                     " readers; it has ", counted(capacity, "reader entry", "reader entries")));
  }
  publisher_->wait_readers(static_cast<std::uint32_t>(readers), patience(timeout_ms));
}

void Writer::wait_drained(std::int64_t timeout_ms) {
  require_open();
  publisher_->wait_drained(patience(timeout_ms));
}

void Writer::give_up_message() {
  const Turn turn(*this, kForever);
  require_unfinished();
  leave_message();
}

void Writer::leave_message() {
  if (in_message_) publisher_->give_up_message();
  in_message_ = false;
}

void Writer::finish() {
  const Turn turn(*this, kForever);
  require_open();
  if (finished_.exchange(true)) return;
  publisher_->end(layout::kFinished);
}

// The producer of a stream has closed the writer that writes it: what close() does last waits for the end of the write.
void Writer::close_if_the_stream_did() {
  if (closed_by_stream_) publisher_->close();
}

void Writer::close() {
  if (closed_.exchange(true)) return;
  publisher_->interrupt();
  if (is_our_turn()) {
    closed_by_stream_ = true;
    return;
  }
  const std::scoped_lock lock(mutex_);  // a call in flight has seen closed_ and leaves
  publisher_->close();
}

}  // namespace qads::channel
