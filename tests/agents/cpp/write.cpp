#include "write.hpp"

#include <arrow/device.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <qadataswap/arrow.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "outcome.hpp"

namespace agent {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;

qadataswap::WriterOptions OptionsOf(const Arguments& arguments) {
  return {.name = arguments.name,
          .capacity = arguments.capacity,
          .slots = arguments.slots,
          .overflow = arguments.drop_oldest ? qadataswap::Overflow::kDropOldest : qadataswap::Overflow::kBlock,
          .timeout = qadataswap::Milliseconds(arguments.timeout_ms)};
}

Batch SliceOf(const Batch& batch, const Slice& slice) {
  const int64_t offset = std::min(slice.offset, batch->num_rows());
  return batch->Slice(offset, std::min(slice.length, batch->num_rows() - offset));
}

}  // namespace

arrow::Status Write(const Arguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(arguments.input));
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::ipc::RecordBatchStreamReader::Open(file));
  // All of it before the segment exists: reading the file is not what is timed, and a broken file leaves no segment.
  ARROW_ASSIGN_OR_RAISE(const auto batches, input->ToRecordBatches());

  ARROW_ASSIGN_OR_RAISE(auto writer, qadataswap::Writer::Create(OptionsOf(arguments), input->schema()));
  const auto arena = arrow::CPUDevice::memory_manager(writer->pool().get());
  if (arguments.start_after_readers > 0) {
    ARROW_RETURN_NOT_OK(
        writer->WaitReaders(arguments.start_after_readers, qadataswap::Milliseconds(arguments.timeout_ms)));
  }

  Tally tally;
  for (int64_t round = 0; round < arguments.repeat; ++round) {
    for (Batch batch : batches) {
      if (arguments.zero_copy) {
        ARROW_ASSIGN_OR_RAISE(batch, batch->CopyTo(arena));
      }
      if (arguments.slice) batch = SliceOf(batch, *arguments.slice);
      ARROW_RETURN_NOT_OK(writer->Write(*batch));
      tally.Batch(batch->num_rows());
    }
  }
  ARROW_RETURN_NOT_OK(writer->Finish());
  ARROW_ASSIGN_OR_RAISE(const auto info, writer->Info());
  tally.Print(info.bytes_copied + info.bytes_referenced);
  std::this_thread::sleep_for(std::chrono::milliseconds(arguments.linger_ms));
  return writer->Close();
}

}  // namespace agent
