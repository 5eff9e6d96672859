#include "read.hpp"

#include <arrow/buffer.h>
#include <arrow/device.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <qadataswap/arrow.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <thread>
#include <utility>

#include "outcome.hpp"

namespace agent {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;
using Bytes = std::shared_ptr<arrow::Buffer>;

// The batch as a whole IPC stream, dictionaries included: what two looks at one batch are compared by.
arrow::Result<Bytes> Serialized(const arrow::RecordBatch& batch) {
  ARROW_ASSIGN_OR_RAISE(auto out, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(auto stream, arrow::ipc::MakeStreamWriter(out, batch.schema()));
  ARROW_RETURN_NOT_OK(stream->WriteRecordBatch(batch));
  ARROW_RETURN_NOT_OK(stream->Close());
  return out->Finish();
}

// Whether the type is dictionary-encoded, or anything in it is.
bool HasDictionary(const arrow::DataType& type) {
  const auto& fields = type.fields();
  return type.id() == arrow::Type::DICTIONARY ||
         std::any_of(fields.begin(), fields.end(), [](const auto& field) { return HasDictionary(*field->type()); });
}

// The last batches, kept leased, and what each looked like when it came.
class Held {
 public:
  Held(int64_t keep, bool check) : keep_(keep), check_(check) {}

  arrow::Status Add(Batch batch) {
    Bytes before;
    if (check_) {
      ARROW_ASSIGN_OR_RAISE(before, Serialized(*batch));
    }
    held_.emplace_back(std::move(batch), std::move(before));
    return LetGo(keep_);
  }

  arrow::Status LetGo(int64_t keep) {
    for (; std::cmp_greater(held_.size(), keep); held_.pop_front()) {
      if (!check_) continue;
      const auto& [batch, before] = held_.front();
      ARROW_ASSIGN_OR_RAISE(const Bytes now, Serialized(*batch));
      if (!now->Equals(*before))
        return arrow::Status::Invalid("changed while it was held: a batch of ", batch->num_rows(), " rows");
    }
    return arrow::Status::OK();
  }

 private:
  int64_t keep_;
  bool check_;
  std::deque<std::pair<Batch, Bytes>> held_;
};

// Puts a batch that the writer had to cut by rows together again. Its pieces are copied, so that a ring smaller than the
// message doesn't wait for this reader.
class Pieces {
 public:
  // The whole batch, or null until its last piece.
  arrow::Result<Batch> Add(Batch piece, uint32_t flags) {
    if ((flags & QADS_BATCH_FIRST) != 0) pieces_.clear();  // a message before it that was given up
    const bool last = (flags & QADS_BATCH_LAST) != 0;
    if (last && pieces_.empty()) return piece;
    ARROW_ASSIGN_OR_RAISE(piece, piece->CopyTo(arrow::default_cpu_memory_manager()));
    pieces_.push_back(std::move(piece));
    if (!last) return nullptr;
    const auto all = std::exchange(pieces_, {});
    return arrow::ConcatenateRecordBatches(all);
  }

 private:
  arrow::RecordBatchVector pieces_;
};

class Reading {
 public:
  explicit Reading(const Arguments& arguments)
      : arguments_(arguments), timeout_(arguments.timeout_ms), held_(arguments.hold, arguments.hold_check) {}

  arrow::Status Run(uint64_t* lost) {
    ARROW_ASSIGN_OR_RAISE(
        reader_, qadataswap::Reader::Open(
                     {.name = arguments_.name,
                      .attach_timeout = timeout_,
                      .timeout = timeout_,
                      .start = arguments_.start_latest ? qadataswap::Start::kLatest : qadataswap::Start::kEarliest,
                      .loss = qadataswap::Loss::kCount}));
    ARROW_ASSIGN_OR_RAISE(file_, arrow::io::FileOutputStream::Open(arguments_.output));
    ARROW_ASSIGN_OR_RAISE(output_, arrow::ipc::MakeStreamWriter(file_, reader_->schema()));
    const arrow::Status ended = Loop();
    // Whatever ended it, what came before is checked and written out. A batch that changed is the worst that can be said.
    arrow::Status status = held_.LetGo(0);
    for (const arrow::Status& next : {ended, output_->Close(), file_->Close()}) {
      if (status.ok()) status = next;
    }
    ARROW_ASSIGN_OR_RAISE(const auto stats, reader_->Stats());
    *lost = stats.lost;
    ARROW_RETURN_NOT_OK(status);
    if (*lost == 0) tally_.Print(stats.bytes);
    return reader_->Close();
  }

 private:
  arrow::Status Loop() {
    Pieces pieces;
    for (int64_t written = 0; !arguments_.limit || written < *arguments_.limit;) {
      qads_batch_info info{};
      ARROW_ASSIGN_OR_RAISE(Batch batch, reader_->ReadNext(timeout_, &info));
      if (!batch) break;
      ARROW_ASSIGN_OR_RAISE(batch, pieces.Add(std::move(batch), info.flags));
      if (!batch) continue;
      tally_.Batch(batch->num_rows());
      ARROW_RETURN_NOT_OK(WriteOut(*batch));
      ++written;
      ARROW_RETURN_NOT_OK(held_.Add(std::move(batch)));
      if (arguments_.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(arguments_.delay_ms));
    }
    return arrow::Status::OK();
  }

  // The stream writer keeps the last dictionaries: they must not keep a lease that nobody asked for.
  arrow::Status WriteOut(const arrow::RecordBatch& batch) {
    if (!HasDictionary(arrow::StructType(batch.schema()->fields()))) return output_->WriteRecordBatch(batch);
    ARROW_ASSIGN_OR_RAISE(const Batch copy, batch.CopyTo(arrow::default_cpu_memory_manager()));
    return output_->WriteRecordBatch(*copy);
  }

  const Arguments& arguments_;
  qadataswap::Milliseconds timeout_;
  std::shared_ptr<qadataswap::Reader> reader_;
  std::shared_ptr<arrow::io::FileOutputStream> file_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> output_;
  Held held_;
  Tally tally_;
};

}  // namespace

arrow::Status Read(const Arguments& arguments, uint64_t* lost) { return Reading(arguments).Run(lost); }

}  // namespace agent
