// Prints how many batches and bytes a second go from one thread to another, for several sizes, copied and built in place.
// A look at the order of magnitude on this machine; native/bench measures with care.
#include <arrow/api.h>
#include <qadataswap/arrow.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kColumns = 10;

arrow::Result<std::shared_ptr<arrow::RecordBatch>> Batch(int64_t bytes, arrow::MemoryPool* pool) {
  const int64_t rows = bytes / kColumns / 8;
  arrow::FieldVector fields;
  arrow::ArrayVector columns;
  for (int column = 0; column < kColumns; ++column) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values, arrow::AllocateBuffer(rows * 8, pool));
    columns.push_back(std::make_shared<arrow::Int64Array>(rows, values));
    fields.push_back(arrow::field(std::to_string(column), arrow::int64()));
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), rows, columns);
}

arrow::Status Drain(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const auto reader, qadataswap::Reader::Open({.name = name}));
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
    if (!batch) return reader->Close();
  }
}

// In place, every batch is allocated anew but not filled: what is measured is the hand-over, not the producer.
arrow::Status Measure(int64_t bytes, int count, bool in_place) {
  const std::string name = std::to_string(getpid()).append("_performance_test");
  ARROW_ASSIGN_OR_RAISE(auto batch, Batch(bytes, arrow::default_memory_pool()));
  ARROW_ASSIGN_OR_RAISE(auto writer, qadataswap::Writer::Create({.name = name, .slots = 16}, batch->schema()));
  arrow::Status read;
  std::thread reader([&] { read = Drain(name); });
  const auto write = [&]() -> arrow::Status {
    ARROW_RETURN_NOT_OK(writer->WaitReaders(1));
    for (int number = 0; number < count; ++number) {
      if (in_place) {
        ARROW_ASSIGN_OR_RAISE(batch, Batch(bytes, writer->pool().get()));
      }
      ARROW_RETURN_NOT_OK(writer->Write(*batch));
    }
    ARROW_RETURN_NOT_OK(writer->Finish());
    return writer->WaitDrained();
  };
  const auto begin = Clock::now();
  const arrow::Status written = write();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  batch.reset();
  if (!written.ok()) (void)writer->Close();
  reader.join();
  ARROW_RETURN_NOT_OK(written);
  ARROW_RETURN_NOT_OK(read);
  std::printf("%10lld bytes %-8s %10.0f batches/s %9.3f GB/s\n", static_cast<long long>(bytes),
              in_place ? "in place" : "copied", count / seconds, static_cast<double>(bytes) * count / seconds / 1e9);
  return writer->Close();
}

arrow::Status Run() {
  for (const bool in_place : {false, true}) {
    ARROW_RETURN_NOT_OK(Measure(1 << 10, 20'000, in_place));
    ARROW_RETURN_NOT_OK(Measure(1 << 20, 500, in_place));
    ARROW_RETURN_NOT_OK(Measure(16 << 20, 20, in_place));
  }
  return arrow::Status::OK();
}

}  // namespace

int main() {
  const arrow::Status status = Run();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
