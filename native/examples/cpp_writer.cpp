// Writes a stream that is built in the segment itself, so that nothing is copied. Start cpp_reader beside it.
// usage: cpp_writer [NAME [BATCHES]]
#include <arrow/api.h>
#include <qadataswap/arrow.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;

const auto kSchema = arrow::schema({arrow::field("step", arrow::int64()), arrow::field("square", arrow::int64())});

// A builder that takes its memory from `pool`: the columns are made where the readers will see them.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> Squares(int64_t first, int64_t rows, arrow::MemoryPool* pool) {
  arrow::Int64Builder steps(pool);
  arrow::Int64Builder squares(pool);
  ARROW_RETURN_NOT_OK(steps.Reserve(rows));
  ARROW_RETURN_NOT_OK(squares.Reserve(rows));
  for (int64_t step = first; step < first + rows; ++step) {
    steps.UnsafeAppend(step);
    squares.UnsafeAppend(step * step);
  }
  ARROW_ASSIGN_OR_RAISE(auto step, steps.Finish());
  ARROW_ASSIGN_OR_RAISE(auto square, squares.Finish());
  return arrow::RecordBatch::Make(kSchema, rows, {step, square});
}

arrow::Status Run(const std::string& name, int64_t batches) {
  constexpr int64_t kRows = 1000;
  // Removed when the writer closes: an example that nobody reads leaves nothing.
  ARROW_ASSIGN_OR_RAISE(auto writer,
                        qadataswap::Writer::Create(
                            {.name = name, .lifetime = qadataswap::Lifetime::kUntilClosed, .timeout = 10s}, kSchema));
  const arrow::Status somebody = writer->WaitReaders(1, 1s);
  if (!somebody.ok()) std::cout << "nobody reads yet: " << somebody.message() << '\n';
  for (int64_t number = 0; number < batches; ++number) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, Squares(number * kRows, kRows, writer->pool().get()));
    ARROW_RETURN_NOT_OK(writer->Write(*batch));
  }
  ARROW_RETURN_NOT_OK(writer->Finish());
  ARROW_RETURN_NOT_OK(writer->WaitDrained(10s));
  ARROW_ASSIGN_OR_RAISE(const auto info, writer->Info());
  std::cout << "wrote " << info.rows << " rows, " << info.bytes_copied << " bytes copied, " << info.bytes_referenced
            << " in place\n";
  return writer->Close();
}

}  // namespace

int main(int count, char** words) {
  if (count > 1 && words[1] == std::string_view("--help")) {
    std::cout << "usage: cpp_writer [NAME [BATCHES]]\n";
    return 0;
  }
  const arrow::Status status =
      Run(count > 1 ? words[1] : "example", count > 2 ? std::strtoll(words[2], nullptr, 10) : 10);
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
